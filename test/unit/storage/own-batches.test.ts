import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { OwnBatches } from '../../../src/storage/audit/own-batches.js';

const digestOf = (entries: Buffer) => hash('sha256', entries, 'buffer');

describe('the batches that this process has written', () => {
  it('are at hand once, where the database has the same', () => {
    const own = new OwnBatches();
    const entries = Buffer.from('as written');
    own.add({ stream: 'a', seq: 1, entries });
    expect([...own.streams]).toEqual(['a']);
    expect(own.take('a', 2, digestOf(entries))).toBeUndefined();
    expect(own.take('b', 1, digestOf(entries))).toBeUndefined();
    expect(own.take('a', 1, digestOf(entries))).toBe(entries);
    expect(own.take('a', 1, digestOf(entries))).toBeUndefined();
  });

  it('are not at hand where the database has other bytes', () => {
    const own = new OwnBatches();
    own.add({ stream: 'a', seq: 1, entries: Buffer.from('as written') });
    expect(own.take('a', 1, digestOf(Buffer.from('as changed')))).toBeUndefined();
  });

  it('are kept within a bound, the newest of them; one that is sent again counts once', () => {
    const own = new OwnBatches(30);
    const entries = Buffer.alloc(10);
    for (const seq of [1, 2, 3, 3, 3, 4]) own.add({ stream: 'a', seq, entries });
    expect([1, 2, 3, 4].map((seq) => own.take('a', seq, digestOf(entries)) === entries)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});
