import { KmsError } from '../errors.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const LOOKS_LIKE_ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-|mrk-[0-9a-f]{32}$)/i;

/** Names of keys, aliases, keyrings and callers. @throws KmsError invalid-request */
export function mustBeName(name: string, what: string): void {
  if (!NAME.test(name)) {
    throw new KmsError(
      'invalid-request',
      `${what}: 1 to 128 letters, digits, dots, underscores and hyphens, beginning with a letter or digit`,
    );
  }
  if (LOOKS_LIKE_ID.test(name)) throw new KmsError('invalid-request', `${what}: must not look like an id`);
}

const ALIAS = /^[A-Za-z0-9:/_-][A-Za-z0-9.:/_-]{0,249}$/;

/** Names of aliases may have slashes and colons besides, as those of AWS do. @throws KmsError invalid-request */
export function mustBeAliasName(name: string, what: string): void {
  if (!ALIAS.test(name)) {
    throw new KmsError(
      'invalid-request',
      `${what}: 1 to 250 letters, digits, dots, underscores, hyphens, slashes and colons, not beginning with a dot`,
    );
  }
  if (LOOKS_LIKE_ID.test(name)) throw new KmsError('invalid-request', `${what}: must not look like an id`);
}

export const TAG_LIMITS = { count: 50, nameBytes: 128, valueBytes: 256 } as const;

/** @throws KmsError invalid-request */
export function mustBeTags(tags: Readonly<Record<string, string>>): void {
  const names = Object.keys(tags);
  if (names.length > TAG_LIMITS.count) throw new KmsError('invalid-request', `tags: at most ${TAG_LIMITS.count} a key`);
  for (const name of names) {
    const value = tags[name] ?? '';
    const tooLong = Buffer.byteLength(name) > TAG_LIMITS.nameBytes || Buffer.byteLength(value) > TAG_LIMITS.valueBytes;
    // eslint-disable-next-line no-control-regex
    const odd =
      name.length === 0 || !name.isWellFormed() || !value.isWellFormed() || name.includes('\0') || value.includes('\0');
    if (tooLong || odd) {
      throw new KmsError(
        'invalid-request',
        `tags: a name is 1 to ${TAG_LIMITS.nameBytes} bytes, a value up to ${TAG_LIMITS.valueBytes}, without NUL`,
      );
    }
  }
}

export function isSameTags(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}
