import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { leafHash } from '../merkle-hash.js';
import type { AuditRecord } from '../record.js';
import { batchDigest, NO_BATCH } from './batch-digest.js';
import { bundleOf } from './bundle.js';
import { encodeEntry } from './entry.js';
import type { LogSigner } from './log-signer.js';
import { certificateText } from './stream-certificate.js';

/** What is appended at once: records of one stream, chained to those before and signed. */
export interface Batch {
  readonly stream: string;
  /** Of its first record. */
  readonly seq: number;
  readonly count: number;
  readonly before: Buffer;
  readonly digest: Buffer;
  /** As a bundle of tlog-tiles. */
  readonly entries: Buffer;
  readonly leafHashes: Buffer;
  readonly signature: Buffer;
}

/** How far a stream is. */
export interface StreamHead {
  readonly seq: number;
  readonly digest: Buffer;
}

export const NEW_STREAM: StreamHead = { seq: 0, digest: NO_BATCH };

/** One writer in one run of one process, with a key of its own that is nowhere else and that the log's key vouches for. */
export class Stream {
  readonly #key: KeyObject;
  readonly publicKey: Buffer;
  readonly certificate: string;

  constructor(
    readonly id: string,
    signer: LogSigner,
  ) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#key = privateKey;
    this.publicKey = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    this.certificate = signer.sign(certificateText(signer.name, id, this.publicKey));
  }

  /** The next batch after `head`. */
  batch(records: readonly AuditRecord[], head: StreamHead): Batch {
    const seq = head.seq + 1;
    const entries = records.map((record, at) => encodeEntry(record, { stream: this.id, seq: seq + at }));
    const leafHashes = Buffer.concat(entries.map(leafHash));
    const digest = batchDigest(head.digest, this.id, seq, entries.length, leafHashes);
    return {
      stream: this.id,
      seq,
      count: entries.length,
      before: head.digest,
      digest,
      entries: bundleOf(entries),
      leafHashes,
      signature: sign(null, digest, this.#key),
    };
  }
}

export function headAfter({ seq, count, digest }: Batch): StreamHead {
  return { seq: seq + count - 1, digest };
}
