import { expect, it } from '@jest/globals';
import { RecentEntries } from '../../../src/storage/audit/recent-entries.js';

const entries = (from: number, to: number, bytes = 8) =>
  Array.from({ length: to - from }, (_, at) => Buffer.alloc(bytes, `${from + at} `));

it('recent entries are given as they were added, once those before them are not asked for any more', () => {
  const recent = new RecentEntries();
  expect(recent.take(0, 1)).toBeUndefined();
  recent.add(10, entries(10, 14));
  recent.add(14, entries(14, 20));
  expect(recent.take(9, 12)).toBeUndefined();
  expect(recent.take(10, 12)).toEqual(entries(10, 12));
  expect(recent.take(12, 17)).toEqual(entries(12, 17));
  expect(recent.take(17, 21)).toBeUndefined();
  expect(recent.take(17, 20)).toEqual(entries(17, 20));
  expect(recent.take(12, 20)).toBeUndefined();
  recent.clear();
  expect(recent.take(17, 20)).toBeUndefined();
});

it('the oldest are let go when there are too many', () => {
  const recent = new RecentEntries();
  for (let from = 0; from < 40; from++) recent.add(from, entries(from, from + 1, 1024 ** 2));
  expect(recent.take(10, 11)).toBeUndefined();
  expect(recent.take(30, 40)).toHaveLength(10);
});
