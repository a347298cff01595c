import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret } from '../../../src/crypto/secret.js';
import { wrappedContext } from '../../../src/operations/keyring-secrets.js';
import { migrateRoot } from '../../../src/operations/root/migrate-root.js';
import { RootBed, type RootNode } from '../../support/root-bed.js';

/** Canary and integrity key of the install; integrity and wrapping key of each of the keyrings. */
const OBJECTS = 2 + 2 * 5;
const BOTH = { current: 'a', next: 'b' };

let bed: RootBed;

beforeEach(async () => {
  bed = await RootBed.make(4);
});

afterEach(async () => {
  await bed.close();
});

async function migrate(node: RootNode) {
  return (await node.kms.change(migrateRoot, {}, await node.operator())).output;
}

describe('whoever can write to the database', () => {
  it('gets a refusal to start with a root that did not wrap it, and never a new key', async () => {
    const before = await bed.sql.query('select * from wrapped_key order by kind, scope_id, version');
    const wrong = await bed.connect({ current: 'c' });
    await expect(wrong.open()).rejects.toMatchObject({ code: 'wrong-root-key' });
    await bed.sql.query(`delete from wrapped_key where kind = 'canary'`);
    const robbed = await bed.connect({ current: 'a' });
    await expect(robbed.open()).rejects.toMatchObject({ code: 'integrity-failure' });
    const after = await bed.sql.query('select * from wrapped_key order by kind, scope_id, version');
    expect(after.rows).toEqual(before.rows.filter((row) => row.kind !== 'canary'));
  });

  it('cannot bring an old wrapping back: the old root is believed no more', async () => {
    const old = await bed.sql.query(`select * from wrapped_key where kind = 'canary'`);
    const node = await bed.start(BOTH);
    await migrate(node);
    await node.heartbeat.beat();
    await migrate(node);
    await bed.sql.query(`delete from wrapped_key where kind = 'canary'`);
    const { scope_id, root_id, blob } = old.rows[0];
    await bed.sql.query(`insert into wrapped_key values ('canary', $1, 1, $2, 1, $3)`, [scope_id, root_id, blob]);
    for (const settings of [BOTH, { current: 'b' }]) {
      const other = await bed.connect(settings);
      await expect(other.open()).rejects.toMatchObject({ code: 'wrong-root-key' });
    }
  });

  it.each([
    ['set back to an earlier phase', `update root_migration set phase = 'cutover'`],
    ['given another root', `update root_migration set to_root = from_root`],
    ['removed', 'delete from root_migration'],
  ])('cannot make an old root believed again by a migration that is %s', async (_, statement) => {
    const node = await bed.start(BOTH);
    await migrate(node);
    await node.heartbeat.beat();
    await migrate(node);
    expect(await bed.phase()).toBe('done');
    await bed.sql.query(statement);
    const other = await bed.connect(BOTH);
    await expect(other.open()).rejects.toMatchObject({ code: 'integrity-failure' });
  });

  it('cannot slip a wrapping of its own under the new root into the migration', async () => {
    const node = await bed.start(BOTH);
    const [keyringId = ''] = await node.addKeyrings(1);
    const name = { kind: 'wrapping', scopeId: keyringId, version: 1 } as const;
    const own = new Secret(Buffer.alloc(32, 7));
    const forged = await node.next?.wrap(own, wrappedContext(name));
    await bed.sql.query(`update wrapped_key set blob = $1 where root_id = $2 and kind = 'wrapping' and scope_id = $3`, [
      forged?.blob,
      bed.ids['b'],
      keyringId,
    ]);
    const before = await node.deps.secrets.unwrap(name);
    await migrate(node);
    await node.heartbeat.beat();
    expect(await migrate(node)).toMatchObject({ migration: { phase: 'done' } });
    expect((await node.deps.secrets.unwrap(name)).bytes).toEqual(before.bytes);
  });

  it('stops a migration by a wrapping that does not open, and loses nothing by it', async () => {
    const node = await bed.start(BOTH);
    await bed.sql.query(
      `update wrapped_key set blob = set_byte(blob, 40, get_byte(blob, 40) # 1) where kind = 'wrapping' and scope_id =
         (select min(scope_id::text)::uuid from wrapped_key where kind = 'wrapping')`,
    );
    expect(await migrate(node)).toMatchObject({ migration: { phase: 'wrapping', wrapped: OBJECTS - 1 } });
    expect(await bed.wrappings()).toEqual({ 'a/1': OBJECTS, 'b/1': OBJECTS - 1 });
    expect((await bed.records('root.migrate')).at(-1)).toMatchObject({ outcome: 'error', code: 'wrong-root-key' });
  });

  it('does not get a shredded object back from a migration that was wrapping it', async () => {
    const node = await bed.start(BOTH);
    const { wrappings } = node.deps.root;
    const [wrapped] = await wrappings.list({ root: bed.ids['a'] ?? '' }, undefined, 1);
    if (!wrapped) throw new Error('there is nothing wrapped');
    await node.deps.ledger.change([], async (change) => change.dropWrapped(wrapped));
    await wrappings.add({ ...wrapped, rootId: bed.ids['b'] ?? '' }, wrapped);
    await wrappings.replace({ ...wrapped, rootVersion: 2 }, wrapped);
    expect(await bed.wrappings()).toEqual({ 'a/1': OBJECTS - 1 });
  });

  it('never has the last wrapping of an object dropped', async () => {
    const node = await bed.start(BOTH);
    const [wrapped] = await node.deps.root.wrappings.list({ root: bed.ids['a'] ?? '' }, undefined, 1);
    if (wrapped) await node.deps.root.wrappings.drop(wrapped, bed.ids['b'] ?? '');
    expect(await bed.wrappings()).toEqual({ 'a/1': OBJECTS });
  });
});
