import { describe, expect, it } from '@jest/globals';
import { encodeEntry } from '../../../src/audit/log/entry.js';
import { leafHash } from '../../../src/audit/merkle-hash.js';
import { TreeTip } from '../../../src/audit/log/tree-tip.js';
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

const verify = (entries: readonly Buffer[], kept = KEPT) => verifyLog(each(entries), kept);

describe('verifying a log from its entries', () => {
  it('finds that all is as it was signed, in whatever order the checkpoints come', async () => {
    const newest = signed(ENTRIES);
    const verdict = { records: 600, checkpoints: 3, streams: 2 };
    expect(await verify(ENTRIES, [newest, ...KEPT])).toEqual(verdict);
    expect(await verify(ENTRIES, [...KEPT, newest])).toEqual(verdict);
    expect(await verify(ENTRIES, [signed([]), newest])).toMatchObject({ records: 600 });
  });

  it('says how far it is', async () => {
    const seen: number[] = [];
    await verifyLog(each(ENTRIES), KEPT, (records) => seen.push(records));
    expect(seen).toEqual(Array.from({ length: 500 }, (_, at) => at + 1));
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
      'the log has 499 records, and a checkpoint over 500 is signed: the newest were removed, or an older state was put back',
    ],
    [
      'yesterday was put back',
      ENTRIES.slice(0, 120),
      'the log has 120 records, and a checkpoint over 500 is signed: the newest were removed, or an older state was put back',
    ],
  ])('finds that %s', async (_, entries, message) => {
    await expect(verify(entries)).rejects.toThrow(message);
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
