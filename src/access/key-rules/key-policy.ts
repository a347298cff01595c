import { KmsError } from '../../errors.js';
import { parseJson } from '../../json/parse-json.js';
import { conditionKey, hasManyValues } from './condition-keys.js';
import { conditionTest, isForAllValues } from './condition-operators.js';
import { globOf } from './glob.js';
import type { KeyRequest } from './key-request.js';

/** A statement of a key policy, ready to be held against requests. */
export interface Statement {
  readonly effect: 'allow' | 'deny';
  /** `*`, ARNs, and account ids. */
  readonly principals: readonly string[];
  /** Whether it is about what is asked for, whoever asks. */
  covers(request: KeyRequest, keyArn: string): boolean;
}

type Members = Readonly<Record<string, unknown>>;
type Test = (request: KeyRequest) => boolean;

const MOST_BYTES = 32 * 1024;
// eslint-disable-next-line no-control-regex -- the alphabet of AWS
const CHARACTERS = /^[\u0009\u000A\u000D\u0020-\u00FF]+$/;
const VERSIONS: readonly unknown[] = [undefined, '2012-10-17', '2008-10-17'];
const MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

/**
 * Reads a key policy of AWS KMS. What is not understood is refused: half of a policy would be another one.
 * @throws KmsError invalid-key-policy
 */
export function readKeyPolicy(text: string): readonly Statement[] {
  if (text.length > MOST_BYTES) throw malformed(`is larger than ${MOST_BYTES} bytes`);
  if (!CHARACTERS.test(text)) throw malformed('has characters that are not allowed');
  const { Version, Statement: statements, ...rest } = membersOf(parse(text), MEMBERS, 'the policy');
  if (!VERSIONS.includes(Version)) throw malformed('Version: 2012-10-17');
  if (rest['Id'] !== undefined) mustBeText(rest['Id'], 'Id');
  const list = [statements].flat();
  if (list.length === 0 || statements === undefined) throw malformed('has no Statement');
  return list.map(statementOf);
}

function parse(text: string): unknown {
  try {
    return parseJson(Buffer.from(text));
  } catch {
    throw malformed('is not JSON, names a member twice, or nests too deep');
  }
}

function statementOf(given: unknown): Statement {
  const members = membersOf(given, STATEMENT_MEMBERS, 'a Statement');
  if (members['Sid'] !== undefined) mustBeText(members['Sid'], 'Sid');
  const { Effect, Condition = {} } = members;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed('Effect: Allow or Deny');
  const actions = either(members, 'Action', (pattern) => {
    if (pattern !== '*' && !/^kms:/i.test(pattern)) throw malformed('Action: those of kms alone');
    return globOf(pattern.toLowerCase());
  });
  const resources = either(members, 'Resource', globOf);
  const conditions = Object.entries(membersOf(Condition, undefined, 'Condition')).flatMap(conditionsOf);
  return {
    effect: Effect === 'Allow' ? 'allow' : 'deny',
    principals: principalsOf(members['Principal']),
    covers: (request, keyArn) =>
      actions(`kms:${request.action.toLowerCase()}`) &&
      resources(keyArn) &&
      conditions.every((condition) => condition(request)),
  };
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
function either(
  members: Members,
  name: string,
  testOf: (pattern: string) => (text: string) => boolean,
): (text: string) => boolean {
  const [of, not] = [members[name], members[`Not${name}`]];
  if ((of === undefined) === (not === undefined)) throw malformed(`a Statement has ${name} or Not${name}`);
  const tests = textsOf(of ?? not, name).map(testOf);
  return (text) => tests.some((test) => test(text)) === (of !== undefined);
}

/** Services of AWS are among nobody here: they are left out. */
function principalsOf(given: unknown): readonly string[] {
  if (given === '*') return ['*'];
  const { AWS, Service } = membersOf(given, ['AWS', 'Service'], 'Principal');
  if (AWS === undefined && Service === undefined) throw malformed('Principal: names nobody');
  if (Service !== undefined) textsOf(Service, 'Principal');
  return AWS === undefined ? [] : textsOf(AWS, 'Principal');
}

function conditionsOf([operator, keys]: readonly [string, unknown]): readonly Test[] {
  return Object.entries(membersOf(keys, undefined, operator)).map(([name, values]) => {
    const read = conditionKey(name);
    if (!read) throw malformed(`Condition: ${name} is not known at every door, so it is not supported here`);
    if (isForAllValues(operator) && !hasManyValues(name)) {
      throw malformed(`Condition: ${operator} is overly permissive for ${name}, which has one value`);
    }
    const wanted = [values].flat().map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')));
    if (wanted.some((value) => value.includes('${'))) throw malformed('Condition: variables are not supported here');
    const test = conditionTest(operator, wanted);
    if (!test) throw malformed(`Condition: ${operator} is not an operator, or not for its value`);
    return (request) => test(read(request));
  });
}

/** @param known undefined: any */
function membersOf(given: unknown, known: readonly string[] | undefined, what: string): Members {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw malformed(`${what}: not an object`);
  const odd = known && Object.keys(given).find((name) => !known.includes(name));
  if (odd !== undefined) throw malformed(`${what}: ${odd.slice(0, 64)} is not supported here`);
  return given as Members;
}

function textsOf(given: unknown, what: string): readonly string[] {
  const list: readonly unknown[] = [given].flat();
  if (list.length === 0) throw malformed(`${what}: is empty`);
  return list.map((value) => mustBeText(value, what));
}

function mustBeText(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw malformed(`${what}: not a text`);
}

function malformed(why: string): KmsError {
  return new KmsError('invalid-key-policy', `the key policy ${why}`);
}
