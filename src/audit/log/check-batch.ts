import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { leafHash } from '../merkle-hash.js';
import { openNote, type VerifierKey } from '../verifier/open-note.js';
import { batchDigest } from './batch-digest.js';
import { entriesOf } from './bundle.js';
import { certificateText } from './stream-certificate.js';
import type { StreamHead } from './stream.js';

/** A batch as the database gives it back. */
export interface StoredBatch {
  readonly stream: string;
  readonly seq: number;
  readonly count: number;
  readonly entries: Buffer;
  readonly leafHashes: Buffer;
  readonly signature: Buffer;
}

/** A batch that is what its writer wrote. */
export interface CheckedBatch {
  readonly entries: readonly Buffer[];
  readonly leaves: readonly Buffer[];
  readonly head: StreamHead;
}

/**
 * Hashes every entry anew and follows the writer's chain and signature.
 * @param key the stream's, from `streamKey`
 * @throws Error that says what is wrong
 */
export function checkBatch(batch: StoredBatch, head: StreamHead, key: KeyObject): CheckedBatch {
  const checked = followBatch(batch, head);
  if (!isSigned(batch, checked, key)) throw notSigned(batch);
  return checked;
}

/** The same, but for the signature: that of a later batch of the chain is one of this batch, too. @throws Error that says what is wrong */
export function followBatch(batch: StoredBatch, head: StreamHead): CheckedBatch {
  const { stream, seq, count } = batch;
  if (seq !== head.seq + 1)
    throw wrong(batch, `does not follow record ${head.seq}: records are missing or were put in`);
  const entries = entriesOf(batch.entries);
  const leaves = entries.map(leafHash);
  const leafHashes = Buffer.concat(leaves);
  if (entries.length !== count || !leafHashes.equals(batch.leafHashes)) throw wrong(batch, 'was changed');
  const digest = batchDigest(head.digest, stream, seq, count, leafHashes);
  return { entries, leaves, head: { seq: seq + count - 1, digest } };
}

export function isSigned(batch: StoredBatch, { head }: CheckedBatch, key: KeyObject): boolean {
  return verify(null, head.digest, key, batch.signature);
}

export function notSigned(batch: StoredBatch): Error {
  return wrong(batch, 'is not signed by its writer');
}

function wrong({ seq, stream }: StoredBatch, what: string): Error {
  return new Error(`batch ${seq} of stream ${stream} ${what}`);
}

/**
 * The key of a stream, for which the log's key vouches.
 * @throws NotVerified; Error when the certificate is of another key
 */
export function streamKey(stream: string, publicKey: Buffer, certificate: string, log: VerifierKey): KeyObject {
  const text = openNote(certificate, log);
  if (text !== certificateText(log.name, stream, publicKey)) {
    throw new Error(`the key of stream ${stream} is not the one that the log's key vouched for`);
  }
  const x = publicKey.toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
