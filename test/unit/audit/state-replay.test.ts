import { expect, it } from '@jest/globals';
import { StateReplay, type RowMark } from '../../../src/audit/verifier/state-replay.js';

const row = (id: string, revision: number): RowMark => ({ table: 'binding', id, revision, tag: `${id}${revision}` });
const entry = (detail: object) => Buffer.from(JSON.stringify({ detail }));

function replay(settled: number, ...details: readonly object[]): StateReplay {
  const state = new StateReplay(settled);
  for (const [index, detail] of details.entries()) state.add(entry(detail), index);
  return state;
}

it('takes the newest row of the records, and one that was written while the tables were read', () => {
  const state = replay(
    2,
    { rows: [row('a', 1)] },
    { rows: [row('a', 2), row('b', 2)] },
    { rows: [row('b', 3), row('c', 3)] },
    {},
  );
  expect(state.compare([row('a', 2), row('b', 2)])).toEqual({ rows: 2, unnamed: 0 });
  expect(state.compare([row('a', 2), row('b', 3), row('c', 3)])).toEqual({ rows: 3, unnamed: 0 });
});

it.each([
  ['a row that is gone', [row('b', 1)], 'row a of binding was removed: record 1 wrote it'],
  [
    'a row that was put back',
    [row('a', 1), row('b', 1)],
    'row a of binding is of revision 1, and record 1 wrote revision 2: an earlier row was put back',
  ],
  ['a row that was changed', [{ ...row('a', 2), tag: 'x' }, row('b', 1)], 'row a of binding was changed'],
  ['a row that nobody wrote', [row('a', 2), row('b', 1), row('z', 1)], 'row z of binding was put in: no record says'],
])('names %s', (_, rows, message) => {
  const state = replay(2, { rows: [row('a', 1), row('b', 1)] }, { rows: [row('a', 2)] });
  expect(() => state.compare(rows)).toThrow(message);
});

it('counts rows of a change that was too large for a record to name them, and takes no others for those', () => {
  const state = replay(2, { rows: [row('a', 1)] }, { omittedSha256: '00', heads: { scope: 7 } });
  expect(state.compare([row('a', 7), row('b', 7)])).toEqual({ rows: 2, unnamed: 2 });
  expect(() => state.compare([row('a', 1), row('b', 6)])).toThrow('row b of binding was put in');
});
