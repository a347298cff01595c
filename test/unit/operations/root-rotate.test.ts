import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { continueRootWork } from '../../../src/operations/root/continue-root-work.js';
import { describeRoot } from '../../../src/operations/root/describe-root.js';
import { rotateRoot } from '../../../src/operations/root/rotate-root.js';
import { RootBed } from '../../support/root-bed.js';

/** Canary and integrity key of the install; integrity and wrapping key of each keyring. */
const OBJECTS = 2 + 2 * 11;

let bed: RootBed;

beforeEach(async () => {
  bed = await RootBed.make(10);
});

afterEach(async () => {
  await bed.close();
});

describe('root.rotate', () => {
  it('makes a new version, wraps everything again under it, and both are on the record', async () => {
    const node = await bed.start({ current: 'a' });
    // More than are listed at a time.
    await node.addKeyrings(50);
    const objects = OBJECTS + 2 * 50;
    const { output } = await node.kms.change(rotateRoot, {}, await node.operator());
    expect(output).toEqual({ rootId: bed.ids['a'], rootVersion: 2, rewrapped: objects, remaining: 0 });
    expect(await bed.wrappings()).toEqual({ 'a/2': objects });
    const rootId = bed.ids['a'];
    expect(await bed.records('root.rotate')).toMatchObject([
      { caller: 'operator', outcome: 'success', detail: { rootId, rootVersion: 2 } },
      { caller: 'system:lifecycle', outcome: 'success', detail: { rootId, rootVersion: 2, rewrapped: objects } },
    ]);
    const again = await bed.start({ current: 'a' });
    expect(await again.unwrapAll(bed.sql)).toBe(objects);
  });

  it('lets other nodes read meanwhile, without a single failure', async () => {
    const node = await bed.start({ current: 'a' });
    const reader = await bed.start({ current: 'a', name: 'reader' });
    const done = new AbortController();
    const reading = (async () => {
      let passes = 0;
      for (; passes === 0 || !done.signal.aborted; passes++) await reader.unwrapAll(bed.sql);
      return passes;
    })();
    const { output } = await node.kms.change(rotateRoot, {}, await node.operator());
    done.abort();
    expect(await reading).toBeGreaterThan(0);
    expect(output.remaining).toBe(0);
    expect(await reader.unwrapAll(bed.sql)).toBe(OBJECTS);
  });

  it('is continued by another node when the one that began is killed in the middle', async () => {
    const node = await bed.start({ current: 'a' });
    node.current.left = 41;
    const { output } = await node.kms.change(rotateRoot, {}, await node.operator());
    expect(output).toMatchObject({ rewrapped: 20, remaining: OBJECTS - 20 });
    expect(await bed.wrappings()).toEqual({ 'a/1': OBJECTS - 20, 'a/2': 20 });
    await node.crash();

    const other = await bed.start({ current: 'a', name: 'other' });
    expect(await other.kms.perform(describeRoot, {}, await other.operator())).toEqual({
      rootId: bed.ids['a'],
      rootVersion: 2,
      remaining: OBJECTS - 20,
    });
    expect(await other.unwrapAll(bed.sql)).toBe(OBJECTS);
    await continueRootWork(other.deps, other.kms);
    expect(await bed.wrappings()).toEqual({ 'a/2': OBJECTS });
    expect((await bed.records('root.rotate')).at(-1)).toMatchObject({
      caller: 'system:lifecycle',
      outcome: 'success',
      detail: { rewrapped: OBJECTS - 20 },
    });
  });

  it('follows a rotation that was made in the provider itself', async () => {
    const node = await bed.start({ current: 'a' });
    await node.current.rotate();
    await continueRootWork(node.deps, node.kms);
    expect(await bed.wrappings()).toEqual({ 'a/2': OBJECTS });
    const records = await bed.records('root.rotate');
    await continueRootWork(node.deps, node.kms);
    expect(await bed.records('root.rotate')).toEqual(records);
  });

  it('makes no second version when the same call comes again', async () => {
    const node = await bed.start({ current: 'a' });
    const key = randomUUID();
    await node.kms.change(rotateRoot, {}, await node.operator(key));
    const { output, replayed } = await node.kms.change(rotateRoot, {}, await node.operator(key));
    expect(replayed).toBe(true);
    expect(output).toEqual({ rootId: bed.ids['a'], rootVersion: 2, rewrapped: 0, remaining: 0 });
    expect(await node.current.newestVersion()).toBe(2);
  });

  it('is refused to who may only look, and makes no version', async () => {
    const node = await bed.start({ current: 'a' });
    const arrival = await node.auditor();
    await expect(node.kms.change(rotateRoot, {}, arrival)).rejects.toMatchObject({ code: 'permission-denied' });
    expect(await node.current.newestVersion()).toBe(1);
    expect(await node.kms.perform(describeRoot, {}, arrival)).toMatchObject({ rootVersion: 1 });
  });

  it('leaves alone what does not open, rewraps all the rest, and says so on the record', async () => {
    const { rows } = await bed.sql.query<{ scope_id: string; blob: Buffer }>(
      `select scope_id, blob from wrapped_key where kind = 'wrapping' order by scope_id limit 2`,
    );
    const [one, two] = rows;
    if (!one || !two) throw new Error('two wrapping keys are needed');
    const put = 'update wrapped_key set blob = $1 where kind = $2 and scope_id = $3';
    await bed.sql.query(put, [two.blob, 'wrapping', one.scope_id]);
    await bed.sql.query(put, [one.blob, 'wrapping', two.scope_id]);

    const node = await bed.start({ current: 'a' });
    for (const { scope_id: scopeId } of rows) {
      const unwrapped = node.deps.secrets.unwrap({ kind: 'wrapping', scopeId, version: 1 });
      await expect(unwrapped).rejects.toMatchObject({ code: 'integrity-failure' });
    }
    const { output } = await node.kms.change(rotateRoot, {}, await node.operator());
    expect(output).toMatchObject({ rewrapped: OBJECTS - 2, remaining: 2 });
    expect(await bed.wrappings()).toEqual({ 'a/1': 2, 'a/2': OBJECTS - 2 });
    expect((await bed.records('root.rotate')).at(-1)).toMatchObject({
      caller: 'system:lifecycle',
      outcome: 'error',
      code: 'wrong-root-key',
    });
    const after = await bed.sql.query<{ blob: Buffer }>('select blob from wrapped_key where root_version = 1');
    expect(after.rows.map(({ blob }) => blob.toString('hex')).toSorted()).toEqual(
      [one.blob, two.blob].map((blob) => blob.toString('hex')).toSorted(),
    );

    await bed.sql.query(put, [one.blob, 'wrapping', one.scope_id]);
    await bed.sql.query(put, [two.blob, 'wrapping', two.scope_id]);
    await continueRootWork(node.deps, node.kms);
    expect(await bed.wrappings()).toEqual({ 'a/2': OBJECTS });
  });

  it('refuses an old blob that was put back as the new version', async () => {
    const canary = `kind = 'canary'`;
    const { rows } = await bed.sql.query<{ blob: Buffer }>(`select blob from wrapped_key where ${canary}`);
    const node = await bed.start({ current: 'a' });
    await node.kms.change(rotateRoot, {}, await node.operator());
    await bed.sql.query(`update wrapped_key set blob = $1 where ${canary}`, [rows[0]?.blob]);
    const other = await bed.connect({ current: 'a' });
    await expect(other.open()).rejects.toMatchObject({ code: 'wrong-root-key' });
  });
});
