import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { Secret } from '../../../src/crypto/secret.js';
import { wrappedContext } from '../../../src/operations/keyring-secrets.js';
import { continueRootWork } from '../../../src/operations/root/continue-root-work.js';
import { describeRoot } from '../../../src/operations/root/describe-root.js';
import { migrateRoot } from '../../../src/operations/root/migrate-root.js';
import { WRAPPINGS_LOCK } from '../../../src/storage/wrapped-key-rows.js';
import type { RootPhase } from '../../../src/ledger/root-migrations.js';
import { INSTALL_SCOPE } from '../../../src/ledger/sealed-tables.js';
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

async function read(node: RootNode) {
  return node.kms.perform(describeRoot, {}, await node.auditor());
}

async function writeDown({ deps }: RootNode, phase: RootPhase, before: RootPhase): Promise<void> {
  const migration = await deps.root.refresh();
  if (!migration) throw new Error('there is no migration');
  await deps.ledger.change([INSTALL_SCOPE], async (change) => change.putRootMigration({ ...migration, phase }, before));
}

describe('a migration whose node is killed', () => {
  it('while it wraps, is continued by another', async () => {
    const node = await bed.start(BOTH);
    const { next } = node;
    if (next) next.left = 5;
    expect(await migrate(node)).toMatchObject({ migration: { phase: 'wrapping', wrapped: 5, total: OBJECTS } });
    await node.crash();
    await bed.sql.query(`update node set seen_at = seen_at - interval '61 seconds'`);

    const other = await bed.start({ ...BOTH, name: 'other' });
    expect(await read(other)).toMatchObject({ rootId: bed.ids['a'], migration: { phase: 'wrapping', wrapped: 5 } });
    await continueRootWork(other.deps, other.kms);
    // Its first beat confirmed the new root already, and nobody else lives.
    expect(await bed.phase()).toBe('done');
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS });
    expect(await other.unwrapAll(bed.sql)).toBe(OBJECTS);
  });

  it('while it waits for confirmations, is continued by another', async () => {
    const node = await bed.start(BOTH);
    await migrate(node);
    expect(await bed.phase()).toBe('confirming');
    await node.crash();
    const other = await bed.start({ ...BOTH, name: 'other' });
    await continueRootWork(other.deps, other.kms);
    expect(await read(other)).toMatchObject({ migration: { phase: 'confirming', waitingFor: ['node'] } });
    await bed.sql.query(`update node set seen_at = seen_at - interval '61 seconds' where name = 'node'`);
    await continueRootWork(other.deps, other.kms);
    expect(await bed.phase()).toBe('done');
    expect(await other.unwrapAll(bed.sql)).toBe(OBJECTS);
  });

  it.each(['cutover', 'dropping'])('just after it wrote down %s, is continued by another', async (phase) => {
    const node = await bed.start(BOTH);
    await migrate(node);
    await node.heartbeat.beat();
    await writeDown(node, 'cutover', 'confirming');
    if (phase === 'dropping') await writeDown(node, 'dropping', 'cutover');
    await node.crash();

    const other = await bed.start({ ...BOTH, name: 'other' });
    expect(await read(other)).toMatchObject({ rootId: bed.ids['b'], migration: { phase } });
    expect(await other.unwrapAll(bed.sql)).toBe(OBJECTS);
    await continueRootWork(other.deps, other.kms);
    expect(await bed.phase()).toBe('done');
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS });
    expect(await other.unwrapAll(bed.sql)).toBe(OBJECTS);
  });

  it('while it drops old wrappings, is continued by another', async () => {
    const node = await bed.start(BOTH);
    await migrate(node);
    await node.heartbeat.beat();
    if (node.next) node.next.left = 3;
    await continueRootWork(node.deps, node.kms);
    expect(await bed.wrappings()).toEqual({ 'a/1': OBJECTS - 3, 'b/1': OBJECTS });
    await node.crash();

    const other = await bed.start({ ...BOTH, name: 'other' });
    expect(await other.unwrapAll(bed.sql)).toBe(OBJECTS);
    await continueRootWork(other.deps, other.kms);
    expect(await bed.phase()).toBe('done');
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS });
    expect(await other.unwrapAll(bed.sql)).toBe(OBJECTS);
  });
});

describe('a migration with several nodes', () => {
  it('waits for the one that lacks the new root, names it, and wraps what that one makes meanwhile', async () => {
    const node = await bed.start(BOTH);
    const lacking = await bed.start({ current: 'a', name: 'lacking' });
    await migrate(node);
    await node.heartbeat.beat();
    await lacking.heartbeat.beat();
    expect(await migrate(node)).toMatchObject({ migration: { phase: 'confirming', waitingFor: ['lacking'] } });
    await continueRootWork(lacking.deps, lacking.kms);
    expect(await bed.phase()).toBe('confirming');
    await lacking.addKeyrings(1);
    expect(await bed.wrappings()).toEqual({ 'a/1': OBJECTS + 2, 'b/1': OBJECTS });
    expect(await lacking.unwrapAll(bed.sql)).toBe(OBJECTS + 2);

    await lacking.stop();
    expect(await migrate(node)).toMatchObject({ migration: { phase: 'done' } });
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS + 2 });
    expect(await node.unwrapAll(bed.sql)).toBe(OBJECTS + 2);
  });

  it('lets a node that had not heard of the cutover serve, and wrap by the new root only', async () => {
    const node = await bed.start(BOTH);
    const late = await bed.start({ ...BOTH, name: 'late' });
    await migrate(node);
    await node.heartbeat.beat();
    await late.heartbeat.beat();
    await continueRootWork(node.deps, node.kms);
    expect(await bed.phase()).toBe('done');
    expect(late.deps.root.migration?.phase).toBe('confirming');
    expect(await late.unwrapAll(bed.sql)).toBe(OBJECTS);
    await late.addKeyrings(1);
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS + 2 });
  });

  it('lets nothing be wrapped by the old root after the cutover, whoever tries', async () => {
    const node = await bed.start(BOTH);
    const lost = await bed.start({ current: 'a', name: 'lost' });
    await migrate(node);
    await node.heartbeat.beat();
    await bed.sql.query(`update node set seen_at = seen_at - interval '61 seconds' where name = 'lost'`);
    await continueRootWork(node.deps, node.kms);
    expect(await bed.phase()).toBe('done');

    await expect(lost.addKeyrings(1)).rejects.toMatchObject({ code: 'wrong-root-key' });
    await lost.heartbeat.beat();
    await expect(lost.unwrapAll(bed.sql)).rejects.toMatchObject({
      code: 'wrong-root-key',
      detail: expect.stringContaining('set KEYSTEAD_ROOT_KEY to the URI'),
    });
    const { rows } = await bed.sql.query(`select * from wrapped_key where kind = 'wrapping' limit 1`);
    const name = { kind: 'wrapping', scopeId: rows[0].scope_id, version: 99 } as const;
    const forged = { ...name, rootId: bed.ids['a'] ?? '', rootVersion: 1, blob: rows[0].blob };
    const putting = lost.deps.ledger.change([], async (change) => change.putWrapped(forged));
    await expect(putting).rejects.toMatchObject({ code: 'conflict' });
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS });
  });

  it('does not cut over behind an object that is just being made under the old root', async () => {
    const node = await bed.start(BOTH);
    await migrate(node);
    await node.heartbeat.beat();
    const name = { kind: 'wrapping', scopeId: randomUUID(), version: 1 } as const;
    const { blob } = await node.current.wrap(new Secret(randomBytes(32)), wrappedContext(name));
    const making = new Client({ connectionString: bed.database.url });
    await making.connect();
    await making.query('begin');
    await making.query('select pg_advisory_xact_lock_shared($1)', [WRAPPINGS_LOCK]);
    const row = [name.kind, name.scopeId, name.version, bed.ids['a'], 1, blob];
    await making.query('insert into wrapped_key values ($1, $2, $3, $4, $5, $6)', row);
    const moving = continueRootWork(node.deps, node.kms);
    for (let waiting = 0; waiting === 0;) {
      const { rowCount } = await bed.sql
        .query(`select from pg_locks where locktype = 'advisory' and not granted and database =
           (select oid from pg_database where datname = current_database())`);
      waiting = rowCount ?? 0;
    }
    await making.query('commit');
    await making.end();
    await moving;
    expect(await bed.phase()).toBe('confirming');
    await continueRootWork(node.deps, node.kms);
    expect(await bed.phase()).toBe('done');
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS + 1 });
  });

  it('is moved by one node at a time', async () => {
    const nodes = [await bed.start(BOTH), await bed.start({ ...BOTH, name: 'second' })];
    await Promise.all(nodes.map(async (node) => migrate(node).catch(() => undefined)));
    for (const node of nodes) await node.heartbeat.beat();
    await Promise.all(nodes.map(async (node) => continueRootWork(node.deps, node.kms)));
    expect(await bed.phase()).toBe('done');
    const phases = (await bed.records('root.migrate'))
      .filter(({ caller, outcome }) => caller === 'system:lifecycle' && outcome === 'success')
      .map(({ detail }) => detail['phase']);
    expect(phases).toEqual(['confirming', 'cutover', 'dropping', 'done']);
  });
});
