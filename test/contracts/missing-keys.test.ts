import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PostgresInstall } from '../support/postgres-install.js';
import { sampleKey } from '../support/sample-key.js';

describe('a key that does not exist', () => {
  let install: PostgresInstall;
  let keyringId: string;
  let statements = 0;

  beforeAll(async () => {
    install = await PostgresInstall.make();
    const { ledger, database } = install.first;
    keyringId = (await ledger.install()).keyringsByName.get('default')?.id ?? '';
    const { reads } = database;
    const query = reads.query.bind(reads);
    Object.assign(reads, {
      query: async (text: string, values?: unknown[]) => {
        if (text.includes('from key k')) statements += 1;
        return query(text, values);
      },
    });
    // From here on the keyring is in memory.
    await ledger.findKey(keyringId, 'warm-up');
  });
  afterAll(() => install.close());

  const statementsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = statements;
    await work();
    return statements - before;
  };

  it('costs no more to ask for again than one that exists, so that time does not tell', async () => {
    const { ledger } = install.first;
    for (const ref of ['nothing', randomUUID()]) {
      expect(await statementsOf(() => ledger.findKey(keyringId, ref))).toBeGreaterThan(0);
      expect(await statementsOf(() => ledger.findKey(keyringId, ref))).toBe(0);
    }
    const lineage = randomUUID();
    expect(await statementsOf(() => ledger.findKeyByLineage(keyringId, lineage))).toBe(1);
    expect(await statementsOf(() => ledger.findKeyByLineage(keyringId, lineage))).toBe(0);
  });

  it('is there as soon as it is made, here and on another node', async () => {
    const { ledger } = install.first;
    const other = (await install.openNode()).ledger;
    const [key, versions] = sampleKey(keyringId, 'later');
    for (const node of [ledger, other]) {
      expect(await node.findKey(keyringId, 'later')).toBeUndefined();
      expect(await node.findKey(keyringId, 'later')).toBeUndefined();
    }
    await ledger.change([keyringId], async (change) => change.putKey(key, versions));
    expect((await ledger.findKey(keyringId, 'later'))?.key.id).toBe(key.id);
    await other.refresh(keyringId);
    expect((await other.findKey(keyringId, 'later'))?.key.id).toBe(key.id);
  });

  it('is there as soon as an alias names it', async () => {
    const { ledger } = install.first;
    const [key, versions] = sampleKey(keyringId, 'named');
    expect(await ledger.findKey(keyringId, 'alias-of-it')).toBeUndefined();
    await ledger.change([keyringId], async (change) => change.putKey(key, versions));
    expect(await ledger.findKey(keyringId, 'alias-of-it')).toBeUndefined();
    await ledger.change([keyringId], async (change) =>
      change.put('alias', { keyringId, name: 'alias-of-it', keyId: key.id, createdAt: new Date(0) }),
    );
    expect((await ledger.findKey(keyringId, 'alias-of-it'))?.key.id).toBe(key.id);
  });
});
