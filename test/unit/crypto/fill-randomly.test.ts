import { expect, it } from '@jest/globals';
import { fillRandomly } from '../../../src/crypto/fill-randomly.js';

it('gives no byte of its pool twice, whatever the lengths', () => {
  const drawn = Array.from({ length: 3000 }, (_, index) => {
    const target = Buffer.alloc(index % 2 === 0 ? 12 : 24);
    fillRandomly(target);
    return target;
  });
  // Any eight bytes in a row, of all that was drawn.
  const windows = drawn.flatMap((bytes) =>
    Array.from({ length: bytes.length - 7 }, (_, at) => bytes.toString('hex', at, at + 8)),
  );
  expect(new Set(windows).size).toBe(windows.length);
});

it('fills the whole of the target, and nothing else', () => {
  const around = Buffer.alloc(4096 * 2);
  for (let round = 0; round < 8; round++) fillRandomly(around.subarray(2048, 6144));
  expect(around.subarray(0, 2048).equals(Buffer.alloc(2048))).toBe(true);
  expect(around.subarray(6144).equals(Buffer.alloc(2048))).toBe(true);
  expect(new Set(around.subarray(2048, 6144)).size).toBeGreaterThan(200);
});
