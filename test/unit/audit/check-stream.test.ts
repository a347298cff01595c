import { describe, expect, it } from '@jest/globals';
import { checkStream } from '../../../src/audit/log/check-stream.js';
import { streamKey } from '../../../src/audit/log/check-batch.js';
import { NoteKey } from '../../../src/audit/log/note-key.js';
import { headAfter, NEW_STREAM, Stream, type Batch } from '../../../src/audit/log/stream.js';
import { readVerifierKey } from '../../../src/audit/verifier/open-note.js';
import { RECORD } from './sample-record.js';

const signer = new NoteKey('keystead/test/audit/1', Buffer.alloc(32, 5));
const stream = new Stream('01890a5d-ac96-774b-bcce-b302099a8058', signer);
const key = streamKey(stream.id, stream.publicKey, stream.certificate, readVerifierKey(signer.verifierKey));

const BATCHES: Batch[] = [];
for (const count of [1, 3, 2, 1]) {
  const [last] = BATCHES.slice(-1);
  BATCHES.push(stream.batch(Array(count).fill(RECORD), last ? headAfter(last) : NEW_STREAM));
}

/** One bit of this byte array of the nth batch is another one. */
const changed = (nth: number, field: 'entries' | 'leafHashes' | 'signature') =>
  BATCHES.map((batch, at) => {
    if (at !== nth) return batch;
    const bytes = Buffer.from(batch[field]);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    return { ...batch, [field]: bytes };
  });

const check = (batches: readonly Batch[], from = NEW_STREAM) => {
  const { good, wrong } = checkStream(batches, from, key);
  return { good: good.length, wrong: (wrong as Error | undefined)?.message.replace(stream.id, 'S') };
};

describe('batches of a stream', () => {
  it('are good from its beginning, and from each place in it', () => {
    expect(check(BATCHES)).toEqual({ good: 4, wrong: undefined });
    expect(check(BATCHES.slice(2), headAfter(BATCHES[1] as Batch))).toEqual({ good: 2, wrong: undefined });
    expect(check([])).toEqual({ good: 0, wrong: undefined });
  });

  it.each(['entries', 'leafHashes'] as const)('are good up to one of which the %s were changed', (field) => {
    expect(check(changed(2, field))).toEqual({ good: 2, wrong: 'batch 5 of stream S was changed' });
    expect(check(changed(0, field))).toEqual({ good: 0, wrong: 'batch 1 of stream S was changed' });
  });

  it('are good up to a gap, and not behind another head', () => {
    const wrong = 'batch 5 of stream S does not follow record 1: records are missing or were put in';
    expect(check(BATCHES.filter((_, at) => at !== 1))).toEqual({ good: 1, wrong });
    const other = { seq: 0, digest: Buffer.alloc(32, 1) };
    expect(check(BATCHES, other)).toEqual({ good: 0, wrong: 'batch 1 of stream S is not signed by its writer' });
  });

  it('are signed by what is signed after them in their chain, and else by nothing', () => {
    expect(check(changed(1, 'signature'))).toEqual({ good: 4, wrong: undefined });
    expect(check(changed(3, 'signature'))).toEqual({
      good: 3,
      wrong: 'batch 7 of stream S is not signed by its writer',
    });
    const both = changed(3, 'signature').map((batch, at) => (at === 1 ? (changed(1, 'signature')[1] as Batch) : batch));
    expect(check(both)).toEqual({ good: 1, wrong: 'batch 2 of stream S is not signed by its writer' });
  });
});
