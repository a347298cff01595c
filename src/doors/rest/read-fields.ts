import type { z } from 'zod';
import { KmsError } from '../../errors.js';

const LISTED_ISSUES = 3;
const LISTED_WORDS = 24;
const NAME_LENGTH = 64;

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/**
 * @param where what stands before a field's name in an error, such as `query` or `items[3]`
 * @throws KmsError invalid-request with the path of each wrong field, and never its value
 */
export function readFields<T extends object>(schema: z.ZodType<T>, value: unknown, where = ''): T {
  // What is in order is read in half the time without the sentences.
  const first = schema.safeParse(value);
  if (first.success) return first.data;
  const { error } = schema.safeParse(value, { error: sentence });
  const { issues } = error ?? first.error;
  const listed = issues.slice(0, LISTED_ISSUES).map((issue) => describe(issue, where));
  const more = issues.length - listed.length;
  throw new KmsError('invalid-request', listed.join('; ') + (more > 0 ? `; and ${more} more` : ''));
}

function describe(issue: Issue, where: string): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, LISTED_ISSUES)
      .map((name) => `${pathOf([...issue.path, name.slice(0, NAME_LENGTH)], where)}: there is no such field here`)
      .join('; ');
  }
  return `${pathOf(issue.path, where) || 'the body'}: ${issue.message}`;
}

function pathOf(path: readonly PropertyKey[], where: string): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part).slice(0, NAME_LENGTH);
    return text === '' ? name : `${text}.${name}`;
  }, where);
}

/** The whole sentence for what our schemas can find; those that say it themselves are left alone. */
function sentence(issue: RawIssue): string | undefined {
  const { code } = issue;
  if (code === 'invalid_type') {
    return issue.input === undefined ? 'is missing' : `must be ${ARTICLES[issue.expected] ?? issue.expected}`;
  }
  if (code === 'invalid_value') {
    const { values } = issue;
    const more = values.length > LISTED_WORDS ? `, … (${values.length} in all)` : '';
    return `must be ${values.length === 1 ? '' : 'one of '}${values.slice(0, LISTED_WORDS).map(String).join(', ')}${more}`;
  }
  if (code === 'too_small') {
    return `must ${MEASURES[issue.origin] ?? 'be'} at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
  }
  if (code === 'too_big') {
    return `must ${MEASURES[issue.origin] ?? 'be'} at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
  }
  return code === 'invalid_union' ? 'has none of the forms that it may have' : undefined;
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
};
const MEASURES: Readonly<Record<string, string>> = { string: 'have', array: 'have', file: 'have' };
const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };
