import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../src/crypto/secret.js';

describe('a Secret', () => {
  const bytes = Buffer.from('0011223344556677', 'hex');

  it('prints as [secret] in every way of printing', () => {
    const secret = new Secret(Buffer.from(bytes));
    const error = new Error('with a secret', { cause: secret });
    for (const text of [
      String(secret),
      secret.toString(),
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: { er: [secret] } }, { depth: 9, showHidden: true, getters: true }),
      format('%s %o %O %j', secret, secret, secret, secret),
      inspect(error),
    ]) {
      expect(text).toContain('[secret]');
      expect(text).not.toMatch(/0011|00 11|17, 34/);
    }
  });

  it('keeps its bytes until it is destroyed, and then has zeros', () => {
    const own = Buffer.from(bytes);
    const secret = new Secret(own);
    expect(secret.bytes.equals(bytes)).toBe(true);
    secret.destroy();
    expect(own.equals(Buffer.alloc(8))).toBe(true);
    expect(secret.bytes.equals(Buffer.alloc(8))).toBe(true);
  });
});
