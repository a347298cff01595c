import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * API tokens: `kst_<id>_<secret><checksum>`, in base 62. The prefix and the checksum (CRC-32 over all before it) are
 * for secret scanners; the id is public and finds the credential; the secret has 256 bits.
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 16;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const TOKEN = /^kst_([0-9A-Za-z]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

export interface ParsedToken {
  readonly id: string;
  readonly secret: string;
}

export function generateToken(): ParsedToken & { readonly token: string } {
  const id = randomText(ID_LENGTH);
  const secret = randomText(SECRET_LENGTH);
  const body = `kst_${id}_${secret}`;
  return { id, secret, token: body + checksumOf(body) };
}

/** @returns undefined for anything that is not a token in form and checksum */
export function parseToken(token: string): ParsedToken | undefined {
  const match = TOKEN.exec(token);
  if (!match) return undefined;
  const [, id = '', secret = '', checksum] = match;
  return checksumOf(`kst_${id}_${secret}`) === checksum ? { id, secret } : undefined;
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = ALPHABET[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
