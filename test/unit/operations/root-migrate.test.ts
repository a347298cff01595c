import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeRoot } from '../../../src/operations/root/describe-root.js';
import { migrateRoot } from '../../../src/operations/root/migrate-root.js';
import { rotateRoot } from '../../../src/operations/root/rotate-root.js';
import { RootBed, type RootNode } from '../../support/root-bed.js';
import { tokenOf, TransitFixture } from '../../support/transit-fixture.js';

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

describe('root.migrate', () => {
  it('goes through every phase while the service runs, each on the record', async () => {
    const node = await bed.start(BOTH);
    expect(await migrate(node)).toMatchObject({ migration: { phase: 'confirming', waitingFor: ['node'] } });
    expect(await bed.wrappings()).toEqual({ 'a/1': OBJECTS, 'b/1': OBJECTS });
    await node.heartbeat.beat();
    const [from, to] = [bed.ids['a'], bed.ids['b']];
    expect(await migrate(node)).toEqual({
      rootId: to,
      rootVersion: 1,
      remaining: 0,
      migration: { phase: 'done', from, to, wrapped: OBJECTS, total: OBJECTS, waitingFor: [] },
    });
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS });
    expect(await bed.records('root.migrate')).toMatchObject([
      { caller: 'operator', outcome: 'success', detail: { phase: 'wrapping', from, to } },
      { caller: 'system:lifecycle', outcome: 'success', detail: { phase: 'confirming', wrapped: OBJECTS } },
      { caller: 'operator', outcome: 'success', detail: { phase: 'confirming' } },
      { caller: 'system:lifecycle', outcome: 'success', detail: { phase: 'cutover' } },
      { caller: 'system:lifecycle', outcome: 'success', detail: { phase: 'dropping' } },
      { caller: 'system:lifecycle', outcome: 'success', detail: { phase: 'done', dropped: OBJECTS } },
    ]);
    expect(await node.unwrapAll(bed.sql)).toBe(OBJECTS);
  });

  it('leaves nodes that start afterwards with the new root, or with both; with the old one alone it says what to set', async () => {
    const node = await bed.start(BOTH);
    await migrate(node);
    await node.heartbeat.beat();
    await migrate(node);

    const both = await bed.start(BOTH);
    expect(await both.unwrapAll(bed.sql)).toBe(OBJECTS);
    await both.addKeyrings(1);
    expect(await bed.wrappings()).toEqual({ 'b/1': OBJECTS + 2 });
    await expect(migrate(both)).rejects.toMatchObject({
      code: 'invalid-transition',
      detail: expect.stringContaining('unset KEYSTEAD_ROOT_KEY_NEXT'),
    });
    const moved = await bed.start({ current: 'b' });
    expect(await moved.unwrapAll(bed.sql)).toBe(OBJECTS + 2);
    expect(await read(moved)).toEqual({ rootId: bed.ids['b'], rootVersion: 1, remaining: 0 });
    await moved.kms.change(rotateRoot, {}, await moved.operator());
    expect(await bed.wrappings()).toEqual({ 'b/2': OBJECTS + 2 });

    const old = await bed.connect({ current: 'a' });
    const sentence = expect.stringMatching(new RegExp(`moved from.*${bed.ids['a']}.*set KEYSTEAD_ROOT_KEY to the URI`));
    await expect(old.open()).rejects.toMatchObject({ code: 'wrong-root-key', detail: sentence });
  });

  it('can go on to a third root, and back to the first', async () => {
    for (const [current, next] of [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ] as const) {
      const node = await bed.start({ current, next });
      await migrate(node);
      await node.heartbeat.beat();
      expect(await migrate(node)).toMatchObject({ rootId: bed.ids[next], migration: { phase: 'done' } });
      expect(await bed.wrappings()).toEqual({ [`${next}/1`]: OBJECTS });
      expect(await node.unwrapAll(bed.sql)).toBe(OBJECTS);
      await node.stop();
    }
  });

  it('goes nowhere but to the next root of this node', async () => {
    const alone = await bed.start({ current: 'a' });
    const refused = {
      code: 'invalid-transition',
      detail: expect.stringContaining('KEYSTEAD_ROOT_KEY_NEXT is not set'),
    };
    await expect(migrate(alone)).rejects.toMatchObject(refused);
    const twice = await bed.start({ current: 'a', next: 'a' });
    const same = { code: 'invalid-transition', detail: expect.stringContaining('?id=') };
    await expect(migrate(twice)).rejects.toMatchObject(same);
    await twice.addKeyrings(1);
    const both = await bed.start(BOTH);
    const arrival = await both.auditor();
    await expect(both.kms.change(migrateRoot, {}, arrival)).rejects.toMatchObject({ code: 'permission-denied' });
    expect(await bed.phase()).toBeUndefined();
    expect(await bed.wrappings()).toEqual({ 'a/1': OBJECTS + 2 });
  });

  it('refuses a rotation, and another migration, until it is done', async () => {
    const node = await bed.start(BOTH);
    await migrate(node);
    const arrival = await node.operator();
    await expect(node.kms.change(rotateRoot, {}, arrival)).rejects.toMatchObject({ code: 'invalid-transition' });
    expect(await node.current.newestVersion()).toBe(1);
    const other = await bed.start({ current: 'a', next: 'c' });
    await expect(migrate(other)).rejects.toMatchObject({
      code: 'invalid-transition',
      detail: expect.stringContaining('finish the first'),
    });
  });
});

describe('a migration to Vault', () => {
  const vault = new TransitFixture();

  it('wraps by its Transit, and rotates there afterwards', async () => {
    const server = await vault.start();
    const toVault = { current: 'a', next: await vault.open(server, tokenOf(server)) };
    const node = await bed.start(toVault);
    await migrate(node);
    await node.heartbeat.beat();
    expect(await migrate(node)).toMatchObject({ rootId: toVault.next.id, migration: { phase: 'done' } });
    expect(await bed.wrappings()).toEqual({ [`${toVault.next.id}/1`]: OBJECTS });
    await node.crash();

    const moved = await bed.start({ current: await vault.open(server, tokenOf(server)) });
    const { output } = await moved.kms.change(rotateRoot, {}, await moved.operator());
    expect(output).toEqual({ rootId: toVault.next.id, rootVersion: 2, rewrapped: OBJECTS, remaining: 0 });
    await server.stop();
    const arrival = await moved.operator();
    await expect(moved.kms.change(rotateRoot, {}, arrival)).rejects.toMatchObject({ code: 'root-unavailable' });
    await expect(moved.kms.perform(describeRoot, {}, arrival)).rejects.toMatchObject({ code: 'root-unavailable' });
  });

  it('does not begin while Vault cannot be reached', async () => {
    const server = await vault.start();
    const next = await vault.open(server, tokenOf(server));
    const node = await bed.start({ current: 'a', next });
    await server.stop();
    await expect(migrate(node)).rejects.toMatchObject({ code: 'root-unavailable' });
    expect(await bed.phase()).toBeUndefined();
  });
});
