import { hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { deriveSubkey } from '../../../src/crypto/hkdf.js';
import { random } from '../../../src/crypto/random.js';
import { Secret } from '../../../src/crypto/secret.js';

describe('deriveSubkey', () => {
  const secret = new Secret(randomBytes(32));

  it("is HKDF-SHA-256 over label, a zero and info, as Node's own says", () => {
    for (const info of [Buffer.alloc(0), Buffer.from('key 7'), randomBytes(1000)]) {
      const whole = Buffer.concat([Buffer.from('v1/material\0'), info]);
      const expected = Buffer.from(hkdfSync('sha256', secret.bytes, Buffer.alloc(0), whole, 32));
      expect(deriveSubkey(secret, 'v1/material', info).bytes).toEqual(expected);
    }
  });

  it('gives other keys for other labels, infos and secrets', () => {
    const keys = [
      deriveSubkey(secret, 'a'),
      deriveSubkey(secret, 'b'),
      deriveSubkey(secret, 'a', Buffer.from('b')),
      deriveSubkey(secret, 'ab'),
      deriveSubkey(new Secret(randomBytes(32)), 'a'),
    ].map((key) => key.bytes.toString('hex'));
    expect(new Set(keys).size).toBe(5);
  });

  it('takes info of any length, and no label with a zero in it', () => {
    expect(deriveSubkey(secret, 'a', randomBytes(5000)).bytes.length).toBe(32);
    expect(() => deriveSubkey(secret, 'a\0b')).toThrow(TypeError);
  });
});

it.each([0, 1, 32, 1024, 1025, 100_000])('random gives %i bytes, new each time', async (length) => {
  const [one, two] = [await random(length), await random(length)];
  expect(one.length).toBe(length);
  if (length >= 32) expect(one.equals(two)).toBe(false);
});
