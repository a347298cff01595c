import { createHmac } from 'node:crypto';
import { Secret } from './secret.js';

const NO_SALT = Buffer.alloc(32);
const FIRST_BLOCK = Buffer.of(1);

/**
 * A 32-byte subkey by HKDF-SHA-256 (RFC 5869), without salt, with info = label ‖ 0x00 ‖ info.
 * @param secret 32 or more bytes of key; stays the caller's
 * @param label  what the subkey is for, for example `v1/material`; no NUL, so that no label runs into its info
 * @param info   what else it is bound to; of any length
 */
export function deriveSubkey(secret: Secret, label: string, info: Buffer = Buffer.alloc(0)): Secret {
  if (label.includes('\0')) throw new TypeError('a label cannot hold a NUL');
  const prk = createHmac('sha256', NO_SALT).update(secret.bytes).digest();
  const expand = createHmac('sha256', prk).update(`${label}\0`, 'utf8').update(info).update(FIRST_BLOCK);
  prk.fill(0);
  return new Secret(expand.digest());
}
