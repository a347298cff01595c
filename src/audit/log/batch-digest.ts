import { hash } from 'node:crypto';

/** Before the first batch of a stream. */
export const NO_BATCH = Buffer.alloc(32);

/** Chains the batches of a stream: SHA-256 over the digest before, the stream, the first number, the count and the leaves' hashes. */
export function batchDigest(before: Buffer, stream: string, seq: number, count: number, leafHashes: Buffer): Buffer {
  const numbers = Buffer.alloc(12);
  numbers.writeBigUInt64BE(BigInt(seq), 0);
  numbers.writeUInt32BE(count, 8);
  const id = Buffer.from(stream.replaceAll('-', ''), 'hex');
  return hash('sha256', Buffer.concat([before, id, numbers, hash('sha256', leafHashes, 'buffer')]), 'buffer');
}
