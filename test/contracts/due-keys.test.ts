import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { CLAIM_SQL, PostgresDueKeys } from '../../src/storage/postgres-due-keys.js';
import { PostgresInstall, type InstallNode } from '../support/postgres-install.js';
import { sampleKey } from '../support/sample-key.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const integrityFailure = expect.objectContaining({ code: 'integrity-failure' }) as unknown;

let install: PostgresInstall;
let other: InstallNode;
let sql: Client;
let keyringId: string;
let nodes: readonly PostgresDueKeys[];
let names = 0;

beforeAll(async () => {
  install = await PostgresInstall.make();
  other = await install.openNode();
  nodes = [install.first, other].map(({ database }) => new PostgresDueKeys(database.changes));
  sql = new Client({ connectionString: install.database.url });
  await sql.connect();
  keyringId = (await install.first.ledger.install()).keyringsByName.get('default')?.id ?? '';
});
afterAll(async () => {
  await sql.end();
  await install.close();
});
beforeEach(async () => {
  await sql.query('delete from due_key; delete from due_keyring');
});

/** A key; with a policy of its own it is due at once. */
async function makeKey(policy?: object): Promise<string> {
  const [key, versions] = sampleKey(keyringId, `due-${++names}`);
  await install.first.ledger.change([keyringId], async (change) => {
    change.putKey(key, versions);
    if (policy) change.put('policy', { keyringId, target: key.id, document: { ...policy }, setAt: NOW, selectors: [] });
  });
  return key.id;
}

async function setForKeyring(): Promise<void> {
  await install.first.ledger.change([keyringId], async (change) =>
    change.put('policy', { keyringId, target: 'keyring', document: {}, setAt: NOW, selectors: [] }),
  );
}

async function makeDue(count: number): Promise<string[]> {
  const made: string[] = [];
  for (let key = 0; key < count; key++) made.push(await makeKey({ rotate: { every: '90d' } }));
  return made;
}

it('counts the keys that failed and those that have been due for long', async () => {
  const [failing, waiting] = await makeDue(2);
  const dueKeys = nodes[0] as PostgresDueKeys;
  const later = new Date(NOW.getTime() + 60_000);
  for (const claimed of await dueKeys.claim(later, 2)) {
    if (claimed.keyId === failing) await dueKeys.retry(claimed, later);
    else await dueKeys.settle([{ claimed, next: nextLook(waiting ?? '', NOW) }]);
  }
  expect(await dueKeys.countOverdue(NOW)).toBe(1);
  expect(await dueKeys.countOverdue(later)).toBe(2);
});

const nextLook = (keyId: string, dueAt: Date) => ({
  keyringId,
  keyId,
  dueAt,
  afterMessages: null,
  afterBytes: null,
  toldThrough: null,
});

describe('keys that are due', () => {
  it('are those with a policy, and only them', async () => {
    await makeKey();
    const [governed] = await makeDue(1);
    const claimed = await nodes[0]!.claim(NOW, 10);
    expect(claimed).toMatchObject([{ keyId: governed, keyringId, failures: 0 }]);
  });

  it('are given to one node each, however many ask at once', async () => {
    const made = await makeDue(30);
    const claims = await Promise.all(Array.from({ length: 10 }, (_, index) => nodes[index % 2]!.claim(NOW, 5)));
    const given = claims.flat().map(({ keyId }) => keyId);
    expect(given.toSorted()).toEqual([...new Set(given)].toSorted());
    const rest = await nodes[0]!.claim(NOW, 100);
    expect([...given, ...rest.map(({ keyId }) => keyId)].toSorted()).toEqual(made.toSorted());
    expect(await nodes[1]!.claim(NOW, 100)).toEqual([]);
  });

  it('come back when the node that had them is not heard of any more', async () => {
    await makeDue(1);
    await nodes[0]!.claim(NOW, 1);
    expect(await nodes[1]!.claim(NOW, 1)).toEqual([]);
    await sql.query(`update due_key set claimed_until = claimed_until - interval '61 seconds'`);
    expect(await nodes[1]!.claim(NOW, 1)).toHaveLength(1);
  });

  it('are not due before their time', async () => {
    const [first = ''] = await makeDue(1);
    const [claimed] = await nodes[0]!.claim(NOW, 1);
    await nodes[0]!.settle([{ claimed: claimed!, next: nextLook(first, new Date(NOW.getTime() + 1)) }]);
    expect(await nodes[0]!.claim(NOW, 1)).toEqual([]);
    expect(await nodes[0]!.claim(new Date(NOW.getTime() + 1), 1)).toHaveLength(1);
  });

  it('stay due when the key changed while a node looked at it', async () => {
    const [keyId = ''] = await makeDue(1);
    const [claimed] = await nodes[0]!.claim(NOW, 1);
    const found = await install.first.ledger.findKey(keyringId, keyId);
    await install.first.ledger.change([keyringId], async (change) =>
      change.putKey({ ...found!.key, description: 'changed' }, []),
    );
    await nodes[0]!.settle([{ claimed: claimed!, next: nextLook(keyId, new Date('2999-01-01')) }]);
    expect(await nodes[1]!.claim(NOW, 1)).toMatchObject([{ keyId }]);
  });

  it('are tried again later when something failed, and that is counted', async () => {
    await makeDue(1);
    const [claimed] = await nodes[0]!.claim(NOW, 1);
    const later = new Date(NOW.getTime() + 60_000);
    await nodes[0]!.retry(claimed!, later);
    expect(await nodes[0]!.claim(NOW, 1)).toEqual([]);
    expect(await nodes[0]!.claim(later, 1)).toMatchObject([{ failures: 1 }]);
  });

  it.each([
    ['took them away', 'delete from due_key'],
    ['put them off for ever', `update due_key set due_at = '2999-01-01'`],
    ['claimed them for ever', `update due_key set claimed_until = '2999-01-01'`],
  ])('are put back when somebody %s', async (_what, statement) => {
    const made = await makeDue(2);
    await sql.query(statement);
    expect(await nodes[0]!.restore(NOW)).toBeGreaterThanOrEqual(made.length);
    const due = (await nodes[0]!.claim(NOW, 100)).map(({ keyId }) => keyId);
    expect(due).toEqual(expect.arrayContaining(made));
    expect(await nodes[0]!.restore(NOW)).toBe(0);
  });

  it('are found by an index: those that are not due cost nothing', async () => {
    await sql.query(`insert into due_key (key_id, keyring_id, due_at, marks, failures)
      select gen_random_uuid(), gen_random_uuid(), '2030-01-01'::timestamptz + n * interval '1 s', 1, 0
      from generate_series(1, 100000) n`);
    await sql.query('analyze due_key');
    const { rows } = await sql.query<{ 'QUERY PLAN': string }>(
      `explain ${CLAIM_SQL.replace('$1', `'2029-01-01'`).replace('$2', '50')}`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Index Scan using due_key_due on due_key');
    expect(plan).not.toContain('Seq Scan');
    expect(await nodes[0]!.claim(new Date('2029-01-01'), 50)).toEqual([]);
  });

  it('are all keys of a keyring when its policy changes: by and by, each once, whichever node does it', async () => {
    const made = [await makeKey(), await makeKey(), await makeKey()];
    await setForKeyring();
    expect(await nodes[0]!.claim(NOW, 1000)).toEqual([]);
    expect(await nodes[0]!.spread(1)).toBe(true);
    expect(await nodes[1]!.claim(NOW, 1000)).toHaveLength(1);
    for (let turn = 0; await nodes[turn % 2]!.spread(2); turn++);
    const { rows } = await sql.query<{ key_id: string; marks: string }>('select key_id, marks from due_key');
    expect(rows.map((row) => row.key_id)).toEqual(expect.arrayContaining(made));
    expect(new Set(rows.map(({ marks }) => marks))).toEqual(new Set(['1']));
    const keys = await sql.query(`select from key where keyring_id = $1 and state <> 'destroyed'`, [keyringId]);
    expect(rows).toHaveLength(keys.rowCount ?? 0);
  });

  it('are all keys of a keyring again when its policy changes meanwhile', async () => {
    await makeKey();
    await sql.query('delete from due_key');
    await setForKeyring();
    await nodes[0]!.spread(1);
    await setForKeyring();
    while (await nodes[0]!.spread(1000));
    const { rows } = await sql.query<{ marks: string }>('select marks from due_key where marks = 2');
    expect(rows).toHaveLength(1);
  });

  it('are not written by the change of the policy itself, however many there are', async () => {
    await makeKey();
    await sql.query('delete from due_key');
    await setForKeyring();
    const { rows } = await sql.query('select from due_key');
    expect(rows).toEqual([]);
    expect(await nodes[0]!.restore(NOW)).toBe(0);
  });

  it.each([
    'update due_key set due_at',
    'update due_key set claimed_until',
    'update due_key set told_through',
    'update key_use set used_at',
  ])('take no moment that is none: %s', async (update) => {
    const [keyId = ''] = await makeDue(1);
    await sql.query(`insert into key_use values ($1, 1, 0, 1, 0, 0, 0, 0, now(), 'somebody')`, [keyId]);
    await expect(sql.query(`${update} = 'infinity'`)).rejects.toThrow(/_finite/);
    await expect(sql.query(`${update} = '-infinity'`)).rejects.toThrow(/_finite/);
  });
});

/** The watch may have noticed too: then nothing is decided until the keyring was read anew. */
async function onceVerified<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      expect(error).toEqual(integrityFailure);
      await sleep(50);
    }
  }
}

describe('a policy that something else changed', () => {
  it.each([
    ['was weakened', `update policy set document = '{"rotate": {"every": "9000d"}}'`],
    ['was made to destroy', `update policy set document = document || '{"destroy": {"after": "1m"}}'`],
    ['was backdated', `update policy set set_at = set_at - interval '1000 days'`],
    ['was deleted', 'delete from policy'],
    ['was moved to another key', 'update policy set target = gen_random_uuid()::text'],
  ])('and %s decides nothing', async (_what, statement) => {
    const keyId = await onceVerified(() => makeKey({ rotate: { every: '90d' } }));
    const { own } = await onceVerified(() => install.first.ledger.findPolicies(keyringId, keyId));
    expect(own?.document).toEqual({ rotate: { every: '90d' } });
    await sql.query('create table kept as select * from policy');
    await sql.query(`${statement} where target = '${keyId}'`);
    try {
      await expect(install.first.ledger.findPolicies(keyringId, keyId)).rejects.toEqual(integrityFailure);
      const node = await install.openNode();
      try {
        await expect(node.ledger.findPolicies(keyringId, keyId)).rejects.toEqual(integrityFailure);
      } finally {
        await node.close();
      }
    } finally {
      await sql.query('delete from policy; insert into policy select * from kept; drop table kept');
    }
  });
});
