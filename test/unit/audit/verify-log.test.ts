import { describe, expect, it } from '@jest/globals';
import { encodeEntry } from '../../../src/audit/log/entry.js';
import { leafHash } from '../../../src/audit/merkle-hash.js';
import { TreeTip } from '../../../src/audit/log/tree-tip.js';
import type { LogSource } from '../../../src/audit/verifier/log-source.js';
import { NotVerified } from '../../../src/audit/verifier/not-verified.js';
import type { Checkpoint } from '../../../src/audit/verifier/open-checkpoint.js';
import { verifyLog } from '../../../src/audit/verifier/verify-log.js';
import { RECORD } from './sample-record.js';

const [ONE, OTHER] = ['01890a5d-ac96-774b-bcce-b302099a8058', '01890a5d-ac96-774b-bcce-b302099a8059'];

/** Two streams that take turns. */
const ENTRIES = Array.from({ length: 600 }, (_, at) =>
  encodeEntry({ ...RECORD, requestId: `r${at}` }, { stream: at % 2 ? OTHER : ONE, seq: 1 + Math.floor(at / 2) }),
);

function signed(entries: readonly Buffer[], size = entries.length): Checkpoint {
  const tip = new TreeTip();
  for (const entry of entries.slice(0, size)) tip.append(leafHash(entry));
  return { origin: 'test', size, root: tip.root() };
}

const KEPT = [signed(ENTRIES, 100), signed(ENTRIES, 500)];

async function* each(entries: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* entries;
}

const logOf = (entries: readonly Buffer[]): LogSource => ({
  entries: (from, to) => each(entries.slice(from, to)),
});

/** One whose hashes were left as they were. */
const withHashesOf = (hashed: readonly Buffer[], entries: readonly Buffer[]): LogSource => ({
  ...logOf(entries),
  hashes: (from, to) => each(hashed.slice(from, to).map(leafHash)),
});

const verify = (entries: readonly Buffer[], kept = KEPT) => verifyLog(logOf(entries), kept);

/** A log whose records have these dates. */
const dated = (seconds: readonly number[]): Buffer[] =>
  seconds.map((second, at) => encodeEntry({ ...RECORD, at: new Date(second * 1000) }, { stream: ONE, seq: at + 1 }));

describe('verifying a log from its entries', () => {
  it('finds that all is as it was signed, in whatever order the checkpoints come', async () => {
    const newest = signed(ENTRIES);
    const verdict = { records: 600, checkpoints: 3, streams: 2, datedBackSeconds: 0 };
    expect(await verify(ENTRIES, [newest, ...KEPT])).toEqual(verdict);
    expect(await verify(ENTRIES, [...KEPT, newest])).toEqual(verdict);
    expect(await verify(ENTRIES, [signed([]), newest])).toMatchObject({ records: 600 });
  });

  it('tells by how much a record is dated before an earlier one, and which where nothing explains it', async () => {
    const [delayed, wrong] = [dated([100, 130, 129.5, 140]), dated([100, 200, 90, 150, 201])];
    expect(await verify(delayed, [signed(delayed)])).toMatchObject({ datedBackSeconds: 0.5 });
    expect(await verify(delayed, [signed(delayed)])).not.toHaveProperty('datedBackRecord');
    expect(await verify(wrong, [signed(wrong)])).toMatchObject({ datedBackSeconds: 110, datedBackRecord: 2 });
  });

  const byte = Buffer.from(ENTRIES[250] as Buffer);
  byte[30] = (byte[30] ?? 0) ^ 1;
  const between =
    'of the records 100 to 499 at least one is not what was signed: it was changed, removed, put in or moved';
  it.each([
    ['one byte of one record was changed', ENTRIES.with(250, byte), between],
    ['a record was removed', ENTRIES.toSpliced(250, 1), between],
    ['a batch was removed', ENTRIES.toSpliced(200, 64), between],
    ['two records were swapped', ENTRIES.with(250, ENTRIES[251]!).with(251, ENTRIES[250]!), between],
    ['a record was put in', ENTRIES.toSpliced(250, 0, ENTRIES[0]!), between],
    [
      'the first was changed',
      ENTRIES.with(0, byte),
      'of the records 0 to 99 at least one is not what was signed: it was changed, removed, put in or moved',
    ],
    [
      'the newest was deleted',
      ENTRIES.slice(0, 499),
      'the log has 499 records, and a checkpoint over 500 is signed: the newest 1 were removed, or an older state was put back',
    ],
    [
      'yesterday was put back',
      ENTRIES.slice(0, 120),
      'the log has 120 records, and a checkpoint over 500 is signed: the newest 380 were removed, or an older state was put back',
    ],
  ])('finds that %s', async (_, entries, message) => {
    await expect(verify(entries)).rejects.toThrow(message);
  });

  it.each([
    [
      'one byte of one record was changed',
      ENTRIES.with(250, byte),
      'record 250 was changed: it is not what was signed',
    ],
    [
      'some were changed',
      ENTRIES.with(250, byte).with(300, byte).with(400, byte),
      'record 250 was changed: it is not what was signed, and 2 of those behind it, up to record 400',
    ],
    ['a record was removed', ENTRIES.toSpliced(250, 1), 'record 250 was removed: what was signed there is gone'],
    [
      'a batch was removed',
      ENTRIES.toSpliced(200, 64),
      'the records 200 to 263 were removed: what was signed there is gone',
    ],
    [
      'two records were swapped',
      ENTRIES.with(250, ENTRIES[300]!).with(300, ENTRIES[250]!),
      'the records 250 and 300 were swapped',
    ],
    ['a record was put in', ENTRIES.toSpliced(250, 0, byte), 'record 250 was put in: nobody signed what is there'],
    ['the newest was deleted', ENTRIES.slice(0, 499), 'record 499 was removed: what was signed there is gone'],
  ])('finds which, where the hashes were left: %s', async (_, entries, message) => {
    await expect(verifyLog(withHashesOf(ENTRIES, entries), KEPT)).rejects.toThrow(new NotVerified(message));
  });

  it('finds that hashes were computed anew with the records', async () => {
    const message = 'history was replaced from there on, and every hash computed anew';
    const changed = ENTRIES.with(250, byte);
    await expect(verifyLog(withHashesOf(changed, changed), KEPT)).rejects.toThrow(message);
  });

  it('finds history that was replaced from a point on and signed again, by a checkpoint that was kept', async () => {
    const replaced = ENTRIES.map((entry, at) =>
      at < 300 ? entry : encodeEntry(RECORD, { stream: at % 2 ? OTHER : ONE, seq: 1 + Math.floor(at / 2) }),
    );
    await expect(verify(replaced, [...KEPT, signed(replaced)])).rejects.toThrow(between);
  });

  it('finds a record that its writer wrote and that never came into the log', async () => {
    const without = ENTRIES.toSpliced(250, 1);
    await expect(verify(without, [signed(without)])).rejects.toThrow(
      `record 251 is number 127 of stream ${ONE}, and 126 was due: records are missing`,
    );
  });

  it('finds what is no record', async () => {
    const broken = ENTRIES.with(7, Buffer.from('not JSON'));
    await expect(verify(broken, [signed(broken)])).rejects.toThrow('record 7 cannot be read');
  });
});
