import { expect, it } from '@jest/globals';
import { KeyUses, type CountedUse, type VersionUse } from '../../../src/keys/key-uses.js';
import { sumOf, UsageCounter } from '../../../src/operations/usage/usage-counter.js';

const USE = { keyId: 'k', version: 1, kind: 'signatures', bytes: 3, usedBy: 'somebody' } as const;

class Uses extends KeyUses {
  sum: VersionUse | undefined;
  isAway = false;
  beforeFind: () => Promise<void> = async () => undefined;

  override async add(uses: readonly CountedUse[]): Promise<void> {
    if (this.isAway) throw new Error('away');
    for (const use of uses) this.sum = sumOf(this.sum, use);
  }

  override async find(): Promise<ReadonlyMap<string, ReadonlyMap<number, VersionUse>>> {
    await this.beforeFind();
    return new Map(this.sum ? [['k', new Map([[1, this.sum]])]] : []);
  }
}

it('use that could not be written down is neither lost nor counted twice', async () => {
  const uses = new Uses();
  const counter = new UsageCounter(uses);
  counter.note({ ...USE, at: 1 });
  uses.isAway = true;
  await expect(counter.flush()).rejects.toThrow('away');
  counter.note({ ...USE, at: 2 });
  await expect(Promise.all([counter.flush(), counter.flush()])).rejects.toThrow('away');
  expect((await counter.of('k')).get(1)).toMatchObject({ signatures: 2, bytes: 6 });
  uses.isAway = false;
  await Promise.all([counter.flush(), counter.flush()]);
  await counter.flush();
  expect(uses.sum).toMatchObject({ signatures: 2, bytes: 6, usedAt: new Date(2) });
  expect((await counter.of('k')).get(1)).toMatchObject({ signatures: 2, bytes: 6 });
});

it('use that is written down while it is asked for is counted once', async () => {
  const uses = new Uses();
  const counter = new UsageCounter(uses);
  counter.note({ ...USE, at: 1 });
  uses.beforeFind = () => counter.flush();
  expect((await counter.of('k')).get(1)).toMatchObject({ signatures: 1, bytes: 3 });
});
