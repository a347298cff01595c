import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from '../../support/fast-check.js';
import { combine, divide, multiply, split } from '../../../src/roots/local/shamir.js';

const y = (value: number) => Buffer.from([0x2a ^ value]);

/** FIPS 197 section 4.2 and 4.2.1; the shares by hand: f(x) = 42 + 83·x over GF(2^8), one byte. */
describe('Shamir over GF(2^8)', () => {
  it.each([
    [0x57, 0x83, 0xc1],
    [0x57, 0x13, 0xfe],
    [0x57, 0x02, 0xae],
    [0x57, 0x10, 0x07],
    [0x53, 0xca, 0x01],
  ])('%p · %p = %p', (a, b, product) => {
    expect(multiply(a, b)).toBe(product);
    expect(divide(product, b)).toBe(a);
  });

  it('divides by every byte but 0', () => {
    for (let b = 1; b < 256; b++) expect(multiply(divide(1, b), b)).toBe(1);
  });

  it('opens shares that were made by hand', () => {
    // 0x53 · 1 = 0x53, · 2 = 0xa6, · 3 = 0xf5.
    const shares = [
      { x: 1, y: y(0x53) },
      { x: 2, y: y(0xa6) },
      { x: 3, y: y(0xf5) },
    ];
    for (const [i, j] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ]) {
      expect(combine([shares[i ?? 0], shares[j ?? 0]] as never)).toEqual(Buffer.from([0x2a]));
    }
  });

  it('opens with any k of n shares, in any order, and with no fewer', () => {
    const shape = fc.integer({ min: 2, max: 8 }).chain((n) => fc.tuple(fc.integer({ min: 2, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(shape, fc.uint8Array({ minLength: 16, maxLength: 32 }), fc.nat(), ([k, n], bytes, turn) => {
        const secret = Buffer.from(bytes);
        const shares = split(secret, k, n);
        const some = [...shares.slice(turn % n), ...shares.slice(0, turn % n)].toReversed().slice(0, k);
        expect(combine(some)).toEqual(secret);
        expect(combine(shares)).toEqual(secret);
        // Right by chance once in 2^128.
        expect(combine(some.slice(1))).not.toEqual(secret);
      }),
    );
  });

  it('leaves the secret alone, and draws anew', () => {
    const secret = randomBytes(32);
    const before = Buffer.from(secret);
    expect(split(secret, 2, 3)).not.toEqual(split(secret, 2, 3));
    expect(secret).toEqual(before);
  });

  it('says nothing by fewer than k: each value of a share is as likely as any other', () => {
    const counts = new Uint32Array(256);
    for (let round = 0; round < 25_600; round++) {
      const [share] = split(Buffer.from([7]), 2, 2);
      counts[share?.y[0] ?? 0]! += 1;
    }
    // 100 each; χ² with 255 degrees of freedom is beyond 400 once in 10^8.
    const chi2 = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(chi2).toBeLessThan(400);
  });

  it.each([
    [1, 3],
    [4, 3],
    [2, 256],
  ])('refuses %p of %p', (k, n) => {
    expect(() => split(Buffer.alloc(1), k, n)).toThrow(RangeError);
  });
});
