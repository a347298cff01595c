import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import {
  CHUNKED_HEADER_BYTES,
  chunkCount,
  chunkOffset,
  decryptChunk,
  deriveChunkKeys,
  mustMatchCommitment,
  plaintextLength,
  SALT_BYTES,
} from '../../src/client/chunked.js';
import { KmsError } from '../../src/errors.js';

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly result: 'valid' | 'invalid';
  readonly key: string;
  readonly ctx: string;
  readonly zlibCiphertext: string;
  readonly msgLength?: number;
  readonly msgSha512?: string;
}

const { vectors } = JSON.parse(readFileSync(new URL('cobblestone-256.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};

/** The whole of a file at once, by the parts that streams and random access use. */
function decrypt(key: Buffer, context: Buffer, file: Buffer): Buffer {
  const length = plaintextLength(file.length);
  const keys = deriveChunkKeys(key, file.subarray(0, SALT_BYTES), context);
  mustMatchCommitment(keys, file.subarray(SALT_BYTES, CHUNKED_HEADER_BYTES));
  const count = chunkCount(length);
  const chunks = Array.from({ length: count }, (_, i) =>
    decryptChunk(keys, i, file.subarray(chunkOffset(i), chunkOffset(i + 1)), i === count - 1),
  );
  return Buffer.concat(chunks);
}

it.each(vectors)('Cobblestone-256, Wycheproof $tcId ($comment) is $result', (vector) => {
  const file = inflateSync(Buffer.from(vector.zlibCiphertext, 'hex'));
  const run = (): Buffer => decrypt(Buffer.from(vector.key, 'hex'), Buffer.from(vector.ctx, 'hex'), file);
  if (vector.result === 'invalid') {
    expect(run).toThrow(KmsError);
    return;
  }
  const plaintext = run();
  expect(plaintext.length).toBe(vector.msgLength);
  expect(createHash('sha512').update(plaintext).digest('hex')).toBe(vector.msgSha512);
});
