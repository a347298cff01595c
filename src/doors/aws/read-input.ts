import type { z } from 'zod';
import { isKmsError } from '../../errors.js';
import { parseJson } from '../../json/parse-json.js';
import { AwsError, validation } from './aws-error.js';
import { NOT_BASE64 } from './members.js';

type Issue = z.core.$ZodIssue;

/**
 * The members of a request, as its operation takes them; others are left out, as AWS does.
 * @throws AwsError ValidationException in the words of AWS, or SerializationException
 */
export function readInput<T extends object>(schema: z.ZodType<T>, body: Buffer): T {
  const given = parse(body);
  const members = Object.entries(given).filter(([, value]) => value !== null);
  const read = schema.safeParse(Object.fromEntries(members), { reportInput: true });
  if (read.success) return read.data;
  const { issues } = read.error;
  const failures = issues.map(failureOf);
  throw validation(
    `${failures.length} validation error${failures.length === 1 ? '' : 's'} detected: ${failures.join('; ')}`,
  );
}

function parse(body: Buffer): object {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : parseJson(body);
  } catch (error) {
    throw isKmsError(error, 'invalid-request') ? new AwsError('SerializationException', error.detail) : error;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new AwsError('SerializationException', 'the body is not a JSON object');
}

function failureOf(issue: Issue): string {
  const at = memberOf(issue.path);
  if (issue.code === 'invalid_type') {
    if (issue.input !== undefined)
      throw new AwsError('SerializationException', `${at}: not of the type of this member`);
    return `Value null at '${at}' failed to satisfy constraint: Member must not be null`;
  }
  if (issue.code === 'custom' && issue.message === NOT_BASE64) {
    throw new AwsError('SerializationException', `${at}: not base64`);
  }
  return `Value ${shown(issue)}at '${at}' failed to satisfy constraint: ${constraintOf(issue)}`;
}

/** `['Tags', 0, 'TagKey']` → `tags.1.member.tagKey`. */
function memberOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part) =>
    typeof part === 'number' ? `${part + 1}.member` : String(part).charAt(0).toLowerCase() + String(part).slice(1),
  );
  return parts.join('.').slice(0, 256);
}

/** Bytes are not shown: they may be a plaintext. */
function shown({ code, input }: Issue): string {
  const isShort = typeof input === 'number' || (typeof input === 'string' && input.length <= 2048);
  return code !== 'custom' && isShort ? `'${input}' ` : '';
}

function constraintOf(issue: Issue): string {
  if (issue.code === 'invalid_value') {
    return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
  }
  if (issue.code === 'too_small') {
    return `Member must have ${measureOf(issue.origin)} greater than or equal to ${issue.minimum}`;
  }
  if (issue.code === 'too_big') {
    return `Member must have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`;
  }
  if (issue.code === 'invalid_format') {
    const pattern = (issue.pattern ?? '').replaceAll(/^\/|\/$/g, '').replaceAll('\\/', '/');
    return `Member must satisfy regular expression pattern: ${pattern}`;
  }
  return issue.message;
}

function measureOf(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'length' : 'value';
}
