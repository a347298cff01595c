import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../src/crypto/secret.js';
import { add, RowSeal } from '../../../src/keys/row-seal.js';
import { ScopeMirror, type RowMark } from '../../../src/storage/ledger/scope-mirror.js';

const ROWS = 5000;

describe('the mirror of a scope', () => {
  const seal = new RowSeal(randomUUID(), new Secret(randomBytes(32)), 1);
  const rows: readonly RowMark[] = Array.from({ length: ROWS }, () => ({
    table: 'key',
    id: randomUUID(),
    revision: 1,
    tag: randomBytes(32),
  }));
  const sum = rows.reduce((total, { table, id, tag }) => add(total, seal.elementOf(table, id, tag)), 0n);
  const head = seal.headOf(1, ROWS, sum);

  it('takes in many rows and lets other work go on meanwhile', async () => {
    const mirror = new ScopeMirror(seal);
    let turns = 0;
    const count = (): void => {
      turns += 1;
      waiting = setImmediate(count);
    };
    let waiting = setImmediate(count);
    const elements = await mirror.elementsOf(rows);
    clearImmediate(waiting);
    expect(turns).toBeGreaterThanOrEqual(2);
    mirror.advance(head, rows, elements);
    expect([mirror.revision, mirror.count, mirror.sum]).toEqual([1, ROWS, sum]);
    expect(rows.every(({ table, id, tag }) => mirror.tagOf(table, id)?.equals(tag))).toBe(true);
  });

  it('stays as it was when a row is missing, changed or too many', async () => {
    const [first, ...others] = rows;
    const wrong = [
      others,
      [{ ...first!, tag: randomBytes(32) }, ...others],
      [...rows, { ...first!, id: randomUUID() }],
    ];
    for (const changed of wrong) {
      const mirror = new ScopeMirror(seal);
      const elements = await mirror.elementsOf(changed);
      expect(() => mirror.advance(head, changed, elements)).toThrow('integrity-failure');
      expect([mirror.revision, mirror.count, mirror.sum]).toEqual([0, 0, 0n]);
    }
  });
});
