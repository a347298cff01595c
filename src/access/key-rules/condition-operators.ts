import { BlockList, isIP } from 'node:net';
import { globOf } from './glob.js';

/** Whether a value of the request is one that the policy wants. @param wanted one of its values */
type Compare = (wanted: string) => ((given: string) => boolean) | undefined;

interface Operator {
  readonly compare: Compare;
  /** `…Not…`: true where none of the wanted values fits, and where the request has no value. */
  readonly negated: boolean;
}

const equals: Compare = (wanted) => (given) => given === wanted;
const equalsIgnoringCase: Compare = (wanted) => (given) => given.toLowerCase() === wanted.toLowerCase();
const like: Compare = (wanted) => globOf(wanted);
const numeric =
  (holds: (given: number, wanted: number) => boolean): Compare =>
  (wanted) =>
    wanted.trim() !== '' && Number.isFinite(Number(wanted))
      ? (given) => given.trim() !== '' && holds(Number(given), Number(wanted))
      : undefined;
const dated =
  (holds: (given: number, wanted: number) => boolean): Compare =>
  (wanted) => {
    const moment = momentOf(wanted);
    return Number.isNaN(moment) ? undefined : (given) => holds(momentOf(given), moment);
  };
const bool: Compare = (wanted) =>
  /^(true|false)$/i.test(wanted) ? (given) => given.toLowerCase() === wanted.toLowerCase() : undefined;

const networked: Compare = (wanted) => {
  const [address = '', prefix] = wanted.split('/');
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  if (family === 0 || !(prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix ?? bits), family === 6 ? 'ipv6' : 'ipv4');
  return (given) => {
    const plain = /^::ffff:\d+\./.test(given) ? given.slice('::ffff:'.length) : given;
    const of = isIP(plain);
    return of !== 0 && list.check(plain, of === 6 ? 'ipv6' : 'ipv4');
  };
};

const COMPARISONS: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: equals, negated: false },
  StringNotEquals: { compare: equals, negated: true },
  StringEqualsIgnoreCase: { compare: equalsIgnoringCase, negated: false },
  StringNotEqualsIgnoreCase: { compare: equalsIgnoringCase, negated: true },
  StringLike: { compare: like, negated: false },
  StringNotLike: { compare: like, negated: true },
  ArnEquals: { compare: like, negated: false },
  ArnNotEquals: { compare: like, negated: true },
  ArnLike: { compare: like, negated: false },
  ArnNotLike: { compare: like, negated: true },
  NumericEquals: { compare: numeric((a, b) => a === b), negated: false },
  NumericNotEquals: { compare: numeric((a, b) => a === b), negated: true },
  NumericLessThan: { compare: numeric((a, b) => a < b), negated: false },
  NumericLessThanEquals: { compare: numeric((a, b) => a <= b), negated: false },
  NumericGreaterThan: { compare: numeric((a, b) => a > b), negated: false },
  NumericGreaterThanEquals: { compare: numeric((a, b) => a >= b), negated: false },
  DateEquals: { compare: dated((a, b) => a === b), negated: false },
  DateNotEquals: { compare: dated((a, b) => a === b), negated: true },
  DateLessThan: { compare: dated((a, b) => a < b), negated: false },
  DateLessThanEquals: { compare: dated((a, b) => a <= b), negated: false },
  DateGreaterThan: { compare: dated((a, b) => a > b), negated: false },
  DateGreaterThanEquals: { compare: dated((a, b) => a >= b), negated: false },
  Bool: { compare: bool, negated: false },
  IpAddress: { compare: networked, negated: false },
  NotIpAddress: { compare: networked, negated: true },
};

/** Whether the values of a request (none of them, or undefined: it has none) meet a condition. */
export type ValuesTest = (given: readonly string[] | undefined) => boolean;

const NAME = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/;

/**
 * A condition operator with the values that a policy gives it.
 * @returns undefined for an operator that there is not, or a value that it cannot have
 */
export function conditionTest(name: string, wanted: readonly string[]): ValuesTest | undefined {
  const [, set, base = '', ifExists] = NAME.exec(name) ?? [];
  if (base === 'Null') return set || ifExists ? undefined : nullTest(wanted);
  const operator = Object.hasOwn(COMPARISONS, base) ? COMPARISONS[base] : undefined;
  const compared = wanted.map((value) => operator?.compare(value));
  const tests = compared.filter((test) => test !== undefined);
  if (!operator || tests.length < wanted.length || wanted.length === 0) return undefined;
  const { negated } = operator;
  const holds = (value: string) => tests.some((test) => test(value)) !== negated;
  return (given) => {
    if (!given?.length) return set === 'ForAllValues' || ifExists !== undefined || (negated && set === undefined);
    // Without a set operator, what must not be must not be among them at all.
    return set === 'ForAllValues' || (negated && set === undefined) ? given.every(holds) : given.some(holds);
  };
}

/** Whether the operator looks at each of several values. */
export function isForAllValues(name: string): boolean {
  return name.startsWith('ForAllValues:');
}

function nullTest(wanted: readonly string[]): ValuesTest | undefined {
  if (!wanted.every((value) => /^(true|false)$/i.test(value))) return undefined;
  return (given) => wanted.some((value) => (value.toLowerCase() === 'true') === !given?.length);
}

/** Of an ISO 8601 text, or of seconds since 1970. */
function momentOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
