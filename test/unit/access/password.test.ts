import { describe, expect, it } from '@jest/globals';
import { hashPassword, isPassword } from '../../../src/access/password.js';
import { codeOf } from '../../support/code-of.js';

describe('passwords', () => {
  it('are verified by their hash, which is Argon2id with salt and parameters', async () => {
    const [one, two] = [await hashPassword('secret'), await hashPassword('secret')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    expect(one).not.toBe(two);
    expect(await isPassword('secret', one)).toBe(true);
    expect(await isPassword('Secret', one)).toBe(false);
  });

  it('of nobody are wrong, and cost a hash and a place in the queue as any other', async () => {
    expect(await isPassword('secret', undefined)).toBe(false);
    const codes = await Promise.all(Array.from({ length: 40 }, () => codeOf(isPassword('secret', undefined))));
    expect(codes.filter((code) => code === 'overloaded').length).toBe(40 - 2 - 32);
    expect(await isPassword('secret', undefined)).toBe(false);
  });
});
