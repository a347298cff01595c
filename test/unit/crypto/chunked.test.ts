import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  CHUNK_BYTES,
  chunkCount,
  chunkOffset,
  ciphertextLength,
  decryptChunk,
  deriveChunkKeys,
  encryptChunk,
  MAX_CHUNKS,
  mustMatchCommitment,
  plaintextLength,
  SEALED_CHUNK_BYTES,
} from '../../../src/client/chunked.js';
import { bitFlipped } from './one-key-per-spec.js';

const KEY = randomBytes(32);
const SALT = randomBytes(24);
const CONTEXT = Buffer.from('context');
const keys = deriveChunkKeys(KEY, SALT, CONTEXT);
const refused = /^invalid-ciphertext: /;

describe('lengths', () => {
  it.each([
    [0, 1, 72],
    [1, 1, 73],
    [16_383, 1, 16_455],
    [16_384, 2, 16_472],
    [16_385, 2, 16_473],
    [32_768, 3, 32_872],
    [2 ** 52 - 1, 2 ** 38, 56 + 2 ** 52 - 1 + 2 ** 42],
  ])('of %i bytes are %i chunks and %i bytes', (plaintext, chunks, total) => {
    expect(chunkCount(plaintext)).toBe(chunks);
    expect(ciphertextLength(plaintext)).toBe(total);
    expect(plaintextLength(total)).toBe(plaintext);
    expect(chunkOffset(chunks - 1)).toBeLessThanOrEqual(total - 16);
  });

  it('of everything up to three chunks and back are the same, and no other length is taken', () => {
    const possible = new Set(Array.from({ length: 3 * CHUNK_BYTES }, (_, bytes) => ciphertextLength(bytes)));
    const wrong: number[] = [];
    for (let total = 0; total < ciphertextLength(3 * CHUNK_BYTES - 1); total++) {
      let length: number | undefined;
      try {
        length = plaintextLength(total);
      } catch (error) {
        if (!refused.test(String(error).replace('KmsError: ', ''))) wrong.push(total);
      }
      if (possible.has(total) !== (length !== undefined)) wrong.push(total);
      if (length !== undefined && ciphertextLength(length) !== total) wrong.push(total);
    }
    expect(wrong).toEqual([]);
  });

  it('of nothing that can be are refused', () => {
    for (const bytes of [-1, 0.5, Number.NaN, 2 ** 52]) expect(() => chunkCount(bytes)).toThrow('invalid-request');
    for (const total of [-1, 55, 56, 57, 71, 56 + SEALED_CHUNK_BYTES, 56.5, Number.NaN]) {
      expect(() => plaintextLength(total)).toThrow(refused);
    }
    expect(() => plaintextLength(chunkOffset(MAX_CHUNKS) + 16)).toThrow(refused);
  });
});

describe('keys', () => {
  it('depend on input key, salt and context', () => {
    const others = [
      deriveChunkKeys(bitFlipped(KEY), SALT, CONTEXT),
      deriveChunkKeys(KEY, bitFlipped(SALT), CONTEXT),
      deriveChunkKeys(KEY, SALT, bitFlipped(CONTEXT)),
      deriveChunkKeys(KEY, SALT, Buffer.alloc(0)),
    ];
    expect(() => mustMatchCommitment(keys, deriveChunkKeys(KEY, SALT, CONTEXT).commitment)).not.toThrow();
    for (const other of others) {
      expect(() => mustMatchCommitment(keys, other.commitment)).toThrow(refused);
      expect(other.baseNonce.equals(keys.baseNonce)).toBe(false);
      expect(() => decryptChunk(other, 0, encryptChunk(keys, 0, Buffer.from('x')), true)).toThrow(refused);
    }
    expect(() => mustMatchCommitment(keys, keys.commitment.subarray(1))).toThrow(refused);
  });

  it('take exactly 32 and 24 bytes', () => {
    for (const length of [0, 16, 31, 33]) {
      expect(() => deriveChunkKeys(Buffer.alloc(length), SALT, CONTEXT)).toThrow('invalid-request');
    }
    expect(() => deriveChunkKeys(KEY, Buffer.alloc(23), CONTEXT)).toThrow('invalid-request');
  });
});

describe('chunks', () => {
  const full = randomBytes(CHUNK_BYTES);

  it.each([0, 1, 255, 256, 2 ** 32, MAX_CHUNKS - 1])('open at their own place %i only', (index) => {
    const sealed = encryptChunk(keys, index, full);
    expect(sealed.length).toBe(SEALED_CHUNK_BYTES);
    expect(decryptChunk(keys, index, sealed, false)).toEqual(full);
    expect(() => decryptChunk(keys, index === 0 ? 1 : index - 1, sealed, false)).toThrow(refused);
    expect(() => decryptChunk(keys, index, bitFlipped(sealed), false)).toThrow(refused);
  });

  it('that are full are never last, and short ones always', () => {
    expect(() => decryptChunk(keys, 0, encryptChunk(keys, 0, full), true)).toThrow(/cut short/);
    for (const bytes of [0, 1, CHUNK_BYTES - 1]) {
      const sealed = encryptChunk(keys, 3, full.subarray(0, bytes));
      expect(decryptChunk(keys, 3, sealed, true)).toEqual(full.subarray(0, bytes));
      expect(() => decryptChunk(keys, 3, sealed, false)).toThrow(refused);
      expect(() => decryptChunk(keys, 3, sealed.subarray(1), true)).toThrow(refused);
    }
    expect(() => decryptChunk(keys, 0, Buffer.alloc(15), true)).toThrow(refused);
    expect(() => decryptChunk(keys, 0, Buffer.alloc(SEALED_CHUNK_BYTES + 1), true)).toThrow(refused);
  });

  it('beyond the limits are refused', () => {
    expect(() => encryptChunk(keys, 0, Buffer.alloc(CHUNK_BYTES + 1))).toThrow('invalid-request');
    for (const index of [-1, 0.5, MAX_CHUNKS]) {
      expect(() => encryptChunk(keys, index, Buffer.alloc(1))).toThrow('invalid-request');
    }
  });
});
