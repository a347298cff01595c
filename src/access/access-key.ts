import { randomInt } from 'node:crypto';
import type { Digest } from './factors.js';

/** What an access key signs with, and for whom: a sealed column of its credential. */
export interface AccessKey {
  /** The secret access key, encrypted (`sealSecret`), in base64: to check a signature one needs it in the clear. */
  readonly secret: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** Whether whoever signs with it is the account's root principal. */
  readonly root: boolean;
}

export interface NewAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a temporary one. */
  readonly sessionToken?: string;
}

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** In the forms that AWS gives them, which secret scanners know: the secret has 240 bits. */
export function generateAccessKey(prefix: 'AKIA' | 'ASIA' = 'AKIA'): NewAccessKey {
  return { accessKeyId: `${prefix}${randomText(ID_ALPHABET, 16)}`, secretAccessKey: randomText(SECRET_ALPHABET, 40) };
}

/** One that is good only together with its session token, which has 380 bits of its own. */
export function generateTemporaryKey(): NewAccessKey & { readonly sessionToken: string } {
  return { ...generateAccessKey('ASIA'), sessionToken: randomText(SECRET_ALPHABET, 64) };
}

/** Of a session token, as it is stored: bound to its access key. Of a lasting one nothing is stored. @param digest under the install's integrity key */
export function sessionTokenHash(digest: Digest, accessKeyId: string, sessionToken: string): Buffer {
  return digest('aws-session-token', accessKeyId, sessionToken);
}

function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
