import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cancelKeyDestruction } from '../../../src/operations/keys/cancel-key-destruction.js';
import { createKey, type CreateKeyInput } from '../../../src/operations/keys/create-key.js';
import { destroyKey } from '../../../src/operations/keys/destroy-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { enableKey } from '../../../src/operations/keys/enable-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { scheduleKeyDestruction } from '../../../src/operations/keys/schedule-key-destruction.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { listVersions } from '../../../src/operations/versions/list-versions.js';
import type { TestBed } from '../../support/test-bed.js';
import { codeOf } from '../../support/code-of.js';

const DAY = 86_400_000;
const on = (key: { readonly id: string }) => ({ keyring: 'default', key: key.id });
let names = 0;
const freshName = (): string => `key-${++names}`;

/** Rotating, disabling and destroying keys, on whatever they are stored in. */
export function keyLifecycleSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`the life of keys, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin', { keyring: bed.keyringId });
    });
    afterAll(() => bed.dispose());

    const create = async (input: Omit<CreateKeyInput, 'keyring'> = {}, arrival = admin) =>
      (await bed.kms.change(createKey, { keyring: 'default', ...input }, arrival)).output;
    const get = (key: string, arrival = admin) => bed.kms.perform(getKey, { keyring: 'default', key }, arrival);
    const disable = async (key: { readonly id: string }) => (await bed.kms.change(disableKey, on(key), admin)).output;
    const enable = async (key: { readonly id: string }) => (await bed.kms.change(enableKey, on(key), admin)).output;
    const rotate = async (key: { readonly id: string }) => (await bed.kms.change(rotateKey, on(key), admin)).output;
    const schedule = async (key: { readonly id: string }, windowDays?: number) => {
      const given = windowDays === undefined ? {} : { windowDays };
      return (await bed.kms.change(scheduleKeyDestruction, { ...on(key), ...given }, admin)).output;
    };
    const recordsOf = async (key: string) =>
      (await bed.deps.journal.query({ key, limit: 100 })).map(({ operation, outcome }) => `${operation} ${outcome}`);

    describe('rotating', () => {
      it('makes a new primary version, which keeps the older ones', async () => {
        const key = await create();
        bed.clock.advance(5);
        const rotated = await rotate(key);
        const at = new Date(bed.clock.now());
        expect(rotated).toEqual({ ...key, primaryVersion: 2, versionCount: 2, rotatedAt: at });
        const { items } = await bed.kms.perform(listVersions, on(key), admin);
        expect(items).toMatchObject([
          { version: 2, primary: true, state: 'active', createdAt: at },
          { version: 1, primary: false, state: 'active', createdAt: key.createdAt, changedAt: at },
        ]);
      });

      it('works before the key may be used, and not while it is disabled', async () => {
        const early = await create({ notBefore: new Date(bed.clock.now() + DAY) });
        expect(await rotate(early)).toMatchObject({ state: 'pre-active', primaryVersion: 2 });
        const key = await create();
        await disable(key);
        expect(await codeOf(rotate(key))).toBe('invalid-transition');
      });

      it('happens once under one idempotency key', async () => {
        const key = await create();
        const again = await bed.arriveAs('key-admin', { everything: true }, 'rotation');
        await bed.kms.change(rotateKey, on(key), again);
        const second = await bed.kms.change(rotateKey, on(key), again);
        expect(second).toMatchObject({ replayed: true, output: { primaryVersion: 2 } });
        expect(await get(key.id)).toMatchObject({ versionCount: 2 });
      });

      it('makes as many versions as there were calls, when they come together', async () => {
        const key = await create();
        await Promise.all(Array.from({ length: 60 }, () => rotate(key)));
        const { items } = await bed.kms.perform(listVersions, { ...on(key), limit: 100 }, admin);
        const versions = Array.from({ length: 61 }, (_, index) => 61 - index);
        expect(items.map(({ version, primary }) => [version, primary])).toEqual(
          versions.map((version) => [version, version === 61]),
        );
      });
    });

    describe('disabling and enabling', () => {
      it('goes there and back, and refuses to go where it is', async () => {
        const key = await create();
        expect(await disable(key)).toEqual({ ...key, state: 'disabled' });
        expect(await codeOf(disable(key))).toBe('invalid-transition');
        expect(await enable(key)).toEqual(key);
        expect(await codeOf(enable(key))).toBe('invalid-transition');
      });

      it('does not open a key before its time', async () => {
        const key = await create({ notBefore: new Date(bed.clock.now() + DAY) });
        await disable(key);
        expect(await enable(key)).toMatchObject({ state: 'pre-active' });
        bed.clock.advance(DAY);
        expect(await get(key.id)).toMatchObject({ state: 'enabled' });
      });
    });

    describe('destroying', () => {
      it('waits 30 days unless told otherwise, and 7 at least', async () => {
        const key = await create();
        const now = bed.clock.now();
        expect(await schedule(key)).toMatchObject({
          state: 'pending-destruction',
          destroyAt: new Date(now + 30 * DAY),
        });
        const other = await create();
        for (const days of [6, 31, 7.5, 0]) expect(await codeOf(schedule(other, days))).toBe('invalid-request');
        expect(await schedule(other, 7)).toMatchObject({ destroyAt: new Date(now + 7 * DAY) });
      });

      it('can be cancelled, and the key comes back disabled', async () => {
        const key = await create();
        await schedule(key);
        const { output } = await bed.kms.change(cancelKeyDestruction, on(key), admin);
        expect(output).toEqual({ ...key, state: 'disabled', destroyAt: null });
        const empty = await create({ origin: 'imported' });
        await schedule(empty);
        const cancelled = await bed.kms.change(cancelKeyDestruction, on(empty), admin);
        expect(cancelled.output.state).toBe('pending-import');
      });

      it('happens when it is due and not before; what is left is the record and a free name', async () => {
        const name = freshName();
        const key = await create({ name });
        await rotate(key);
        await schedule(key, 7);
        bed.clock.advance(7 * DAY - 1);
        await runMaintenance(bed.kms, bed.deps);
        expect(await get(key.id)).toMatchObject({ state: 'pending-destruction' });
        bed.clock.advance(1);
        expect(await runMaintenance(bed.kms, bed.deps)).toMatchObject({ failed: 0 });
        expect(await get(key.id)).toMatchObject({ state: 'destroyed', name, versionCount: 2 });
        const snapshot = await bed.deps.ledger.findKey(bed.keyringId, key.id);
        expect(snapshot?.versions.map(({ state, material }) => [state, material])).toEqual([
          ['destroyed', null],
          ['destroyed', null],
        ]);
        expect(await create({ name })).toMatchObject({ name });
        expect(await recordsOf(key.id)).toContain('key.destroy success');
        for (const call of [enable(key), rotate(key), schedule(key)]) {
          expect(await codeOf(call)).toBe('invalid-transition');
        }
      });

      it('is for the service alone, and only when it is due', async () => {
        const key = await create();
        expect(await codeOf(bed.kms.change(destroyKey, on(key), admin))).toBe('permission-denied');
        const system = bed.kms.arriveAsSystem('system:lifecycle', 'test');
        const input = { keyring: bed.keyringId, key: key.id };
        expect(await codeOf(bed.kms.change(destroyKey, input, system))).toBe('invalid-transition');
        await schedule(key);
        expect(await codeOf(bed.kms.change(destroyKey, input, system))).toBe('invalid-transition');
      });
    });
  });
}
