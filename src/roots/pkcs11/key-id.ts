import { randomBytes } from 'node:crypto';
import type { TokenKey } from './token-session.js';

/** CKA_ID of a version: its number (u32, big-endian) ‖ 8 random bytes. */
export const KEY_ID_BYTES = 12;

export function newKeyId(version: number): Buffer {
  const id = randomBytes(KEY_ID_BYTES);
  id.writeUInt32BE(version);
  return id;
}

export function versionOf({ id }: Pick<TokenKey, 'id'>): number {
  return id.readUInt32BE();
}

/** The same for everybody, also of two keys of one version. */
export function newestOf(keys: readonly TokenKey[]): TokenKey | undefined {
  return keys.toSorted((a, b) => Buffer.compare(b.id, a.id))[0];
}
