import type { KeyObject } from 'node:crypto';
import { followBatch, isSigned, notSigned, type CheckedBatch, type StoredBatch } from './check-batch.js';
import type { StreamHead } from './stream.js';

/** Batches of one stream. */
export interface CheckedStream<Batch> {
  /** Those that are what their writer wrote, in its order. */
  readonly good: readonly (readonly [Batch, CheckedBatch])[];
  /** What is wrong with the one after them. */
  readonly wrong?: unknown;
}

/** @param head where the stream was before them; @param key the stream's, from `streamKey` */
export function checkStream<Batch extends StoredBatch>(
  batches: readonly Batch[],
  head: StreamHead,
  key: KeyObject,
): CheckedStream<Batch> {
  const { good, wrong } = follow(batches, head);
  const [last] = good.slice(-1);
  // What is signed is the chain up to there: the last signature is one of all.
  if (!last || isSigned(...last, key)) return { good, wrong };
  const bad = good.findIndex((each) => !isSigned(...each, key));
  return { good: good.slice(0, bad), wrong: notSigned((good[bad] ?? last)[0]) };
}

function follow<Batch extends StoredBatch>(batches: readonly Batch[], head: StreamHead): CheckedStream<Batch> {
  const good: (readonly [Batch, CheckedBatch])[] = [];
  try {
    for (const batch of batches) good.push([batch, followBatch(batch, good.at(-1)?.[1].head ?? head)]);
    return { good };
  } catch (wrong) {
    return { good, wrong };
  }
}
