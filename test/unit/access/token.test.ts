import { describe, expect, it } from '@jest/globals';
import { crc32 } from 'node:zlib';
import { generateToken, parseToken } from '../../../src/access/token.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base62(text: string): bigint {
  return Array.from(text).reduce((sum, letter) => sum * 62n + BigInt(BASE62.indexOf(letter)), 0n);
}

describe('a token', () => {
  it('has the prefix, a public id, a secret of 256 bits and a checksum', () => {
    const { id, secret, token } = generateToken();
    expect(token).toMatch(/^kst_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/);
    expect(token.startsWith(`kst_${id}_${secret}`)).toBe(true);
    expect(62n ** BigInt(secret.length)).toBeGreaterThan(2n ** 256n);
  });

  it('ends in the CRC-32 of all before it, in base 62', () => {
    const { token } = generateToken();
    expect(base62(token.slice(-6))).toBe(BigInt(crc32(token.slice(0, -6))));
  });

  it('is read back as it was made', () => {
    const { id, secret, token } = generateToken();
    expect(parseToken(token)).toEqual({ id, secret });
  });

  it('is never made twice', () => {
    const made = Array.from({ length: 1000 }, generateToken);
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(made.length);
  });

  it('is none with any one letter changed', () => {
    const { token } = generateToken();
    for (let at = 0; at < token.length; at++) {
      const letter = token[at] === 'a' ? 'b' : 'a';
      expect(parseToken(token.slice(0, at) + letter + token.slice(at + 1))).toBeUndefined();
    }
  });

  it.each(['', 'kst_', 'Bearer x', ' '])('%j is none', (text) => {
    expect(parseToken(text)).toBeUndefined();
    expect(parseToken(generateToken().token + text)).toEqual(text === '' ? expect.anything() : undefined);
  });
});
