import type { Arrival } from '../../operations/arrival.js';
import type { Attempted } from './error-of.js';
import { aliasArn, arnOf, type Place } from './place.js';

const KEYS = ['KeyId', 'TargetKeyId', 'SourceKeyId', 'DestinationKeyId'] as const;
const ALGORITHMS = ['EncryptionAlgorithm', 'SigningAlgorithm', 'MacAlgorithm'] as const;
const SYMMETRIC_UNLESS_SAID: readonly string[] = ['Encrypt', 'Decrypt'];

/** What a request was about, read once more for its error. */
export function attemptedOf(action: string, body: Buffer, place: Place, { caller, principal }: Arrival): Attempted {
  const given = membersIn(body);
  const [key] = textsIn(given, KEYS);
  const [alias = ''] = textsIn(given, ['AliasName']);
  const standard = SYMMETRIC_UNLESS_SAID.includes(action) ? 'SYMMETRIC_DEFAULT' : undefined;
  return {
    action,
    place,
    ...(principal ? { principal: { ...principal, name: caller.name } } : {}),
    key: key === undefined ? '' : arnOf(place, key),
    alias: aliasArn(place, alias.replace(/^alias\//, '')),
    algorithm: textsIn(given, ALGORITHMS)[0] ?? standard,
  };
}

function textsIn(given: Readonly<Record<string, unknown>>, names: readonly string[]): readonly string[] {
  return names.map((name) => given[name]).filter((value) => typeof value === 'string');
}

function membersIn(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body.toString())) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
