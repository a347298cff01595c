import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KmsError } from '../../../src/errors.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { destroyKeyring } from '../../../src/operations/keyrings/destroy-keyring.js';
import { getKeyring } from '../../../src/operations/keyrings/get-keyring.js';
import { getRewrapStatus } from '../../../src/operations/keyrings/get-rewrap-status.js';
import { listKeyrings } from '../../../src/operations/keyrings/list-keyrings.js';
import { rewrapKeyring } from '../../../src/operations/keyrings/rewrap-keyring.js';
import { startMoving } from '../../../src/operations/keyrings/start-moving.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { performChange } from '../../../src/operations/perform-change.js';
import { MaterialStore, type StoredMaterial } from '../../../src/keys/material-store.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

let names = 0;
const freshName = (): string => `tenant-${++names}`;

/** As the process that dies after a rewrap began: no material is ever found to move. */
class DyingMaterials extends MaterialStore {
  constructor(private readonly real: MaterialStore) {
    super();
  }

  override nextBatch(): Promise<StoredMaterial[]> {
    return Promise.reject(new KmsError('shutting-down', 'the process is gone'));
  }

  override replace(): Promise<boolean> {
    return Promise.reject(new KmsError('shutting-down', 'the process is gone'));
  }

  override countByWrapping(keyringId: string): Promise<ReadonlyMap<number, number>> {
    return this.real.countByWrapping(keyringId);
  }

  override dropImportTokens(): Promise<void> {
    return Promise.reject(new KmsError('shutting-down', 'the process is gone'));
  }
}

/** What may be done with keyrings, on whatever they are stored in. */
export function keyringsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`keyrings, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let keyAdmin: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
      keyAdmin = await bed.arriveAs('key-admin');
    });
    afterAll(() => bed.dispose());

    const create = async (name = freshName()) => (await bed.kms.change(createKeyring, { name }, admin)).output;
    const createKeyIn = async (keyring: string) => (await bed.kms.change(createKey, { keyring }, keyAdmin)).output;
    const destroy = async (keyring: string) => (await bed.kms.change(destroyKeyring, { keyring }, admin)).output;
    const statusOf = (keyring: string) => bed.kms.perform(getRewrapStatus, { keyring }, admin);
    const wrappingStates = async (keyring: string) =>
      (await bed.deps.ledger.wrappingKeys(keyring)).map(({ version, state }) => [version, state]);
    /** Opens every version of a key: proof that its material is still the one it was. */
    const mustOpen = async (keyring: string, key: string) => {
      const snapshot = (await bed.deps.ledger.findKey(keyring, key))!;
      for (const { version } of snapshot.versions) {
        expect((await bed.deps.loaded.get(snapshot, version)).message).toBeDefined();
      }
      return snapshot;
    };

    it('are made with an integrity key and a wrapping key of their own', async () => {
      const keyring = await create('tenant-first');
      expect(keyring).toEqual({
        id: expect.any(String),
        name: 'tenant-first',
        description: '',
        state: 'enabled',
        wrappingVersion: 1,
        separationOfDuties: true,
        dualControl: null,
        awsAccount: null,
        createdAt: new Date(bed.clock.now()),
        destroyedAt: null,
      });
      expect(await bed.kms.perform(getKeyring, { keyring: 'tenant-first' }, admin)).toEqual(keyring);
      expect(await wrappingStates(keyring.id)).toEqual([[1, 'primary']]);
      const key = await createKeyIn(keyring.id);
      await mustOpen(keyring.id, key.id);
      expect((await bed.deps.secrets.sealFor(keyring.id)).scopeId).toBe(keyring.id);
    });

    it('have names of their own', async () => {
      const { name } = await create();
      expect(await codeOf(create(name))).toBe('name-taken');
      expect(await codeOf(create('not a name'))).toBe('invalid-request');
    });

    it('are answered again under an idempotency key', async () => {
      const again = await bed.arriveAs('administrator', { everything: true }, 'keyring');
      const input = { name: freshName() };
      const first = await bed.kms.change(createKeyring, input, again);
      expect(await bed.kms.change(createKeyring, input, again)).toEqual({ output: first.output, replayed: true });
    });

    it('are listed as far as the caller may see them', async () => {
      const [one, two] = [await create(), await create()];
      const insider = await bed.arriveAs('crypto-user', { keyring: one.id });
      expect((await bed.kms.perform(listKeyrings, {}, insider)).items).toEqual([one]);
      const all = (await bed.kms.perform(listKeyrings, { limit: 1000 }, admin)).items.map(({ id }) => id);
      expect(all).toEqual(expect.arrayContaining([one.id, two.id, bed.keyringId]));
      expect(all.indexOf(two.id)).toBeLessThan(all.indexOf(one.id));
      const first = await bed.kms.perform(listKeyrings, { limit: 1 }, admin);
      const second = await bed.kms.perform(listKeyrings, { limit: 1, cursor: first.nextCursor! }, admin);
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all.slice(0, 2));
      expect(await codeOf(bed.kms.perform(getKeyring, { keyring: two.id }, insider))).toBe('permission-denied');
    });

    it('are not found by those who may know, and denied to all others', async () => {
      const insider = await bed.arriveAs('administrator', { keyring: bed.keyringId });
      expect(await codeOf(bed.kms.perform(getKeyring, { keyring: 'none' }, admin))).toBe('keyring-not-found');
      expect(await codeOf(bed.kms.perform(getKeyring, { keyring: 'none' }, insider))).toBe('permission-denied');
      expect(await codeOf(bed.kms.change(createKeyring, { name: freshName() }, insider))).toBe('permission-denied');
      expect(await codeOf(bed.kms.change(createKeyring, { name: freshName() }, keyAdmin))).toBe('permission-denied');
    });

    describe('rewrapping', () => {
      it('moves every material under a new wrapping key and destroys the old one', async () => {
        const { id } = await create();
        const keys = [await createKeyIn(id), await createKeyIn(id), await createKeyIn(id)];
        await bed.kms.change(rotateKey, { keyring: id, key: keys[0]!.id }, keyAdmin);
        const before = await mustOpen(id, keys[0]!.id);
        const { output } = await bed.kms.change(rewrapKeyring, { keyring: id }, admin);
        expect(output).toMatchObject({ toVersion: 2, total: 4 });
        await startMoving(bed.deps, id, admin);
        expect(await statusOf(id)).toEqual({ state: 'idle', fromVersion: 2, toVersion: 2, moved: 4, total: 4 });
        expect(await wrappingStates(id)).toEqual([
          [1, 'destroyed'],
          [2, 'primary'],
        ]);
        expect(await codeOf(bed.deps.secrets.unwrap({ kind: 'wrapping', scopeId: id, version: 1 }))).toBe(
          'integrity-failure',
        );
        for (const key of keys) {
          const { versions } = await mustOpen(id, key.id);
          expect(versions.every(({ wrappingVersion }) => wrappingVersion === 2)).toBe(true);
        }
        const after = (await bed.deps.ledger.findKey(id, keys[0]!.id))!;
        expect(after.versions[0]?.material).not.toEqual(before.versions[0]?.material);
        expect(after.key.revision).toBe(before.key.revision);
        const records = await bed.deps.journal.query({ keyrings: [id], operation: 'keyring.rewrap', limit: 10 });
        expect(records.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
      });

      it('wraps new material under the new key at once', async () => {
        const { id } = await create();
        await bed.kms.change(rewrapKeyring, { keyring: id }, admin);
        const key = await createKeyIn(id);
        const { versions } = await mustOpen(id, key.id);
        expect(versions[0]?.wrappingVersion).toBe(2);
        await startMoving(bed.deps, id, admin);
      });

      it('may begin again before it has ended, and ends under the newest key', async () => {
        const { id } = await create();
        const key = await createKeyIn(id);
        await Promise.all([1, 2].map(() => bed.kms.change(rewrapKeyring, { keyring: id }, admin)));
        await startMoving(bed.deps, id, admin);
        expect(await wrappingStates(id)).toEqual([
          [1, 'destroyed'],
          [2, 'destroyed'],
          [3, 'primary'],
        ]);
        const { versions } = await mustOpen(id, key.id);
        expect(versions[0]?.wrappingVersion).toBe(3);
      });

      it('is taken up by the schedule where it was broken off', async () => {
        const { id } = await create();
        const key = await createKeyIn(id);
        // As a process leaves it that dies right after the first change: the old wrapping key retires, nothing moves.
        const keyringAdmin = await bed.arriveAs('administrator', { keyring: id });
        const { deps } = bed;
        const materials = new DyingMaterials(deps.materials);
        const dying = new Proxy(deps, {
          get: (target, name) => (name === 'materials' ? materials : Reflect.get(target, name)),
        });
        await performChange(dying, rewrapKeyring, { keyring: id }, keyringAdmin);
        await startMoving(dying, id, keyringAdmin);
        expect(await statusOf(id)).toEqual({ state: 'running', fromVersion: 1, toVersion: 2, moved: 0, total: 1 });
        expect(await runMaintenance(bed.kms, deps)).toMatchObject({ rewrapping: 1 });
        await startMoving(deps, id, admin);
        expect(await statusOf(id)).toMatchObject({ state: 'idle', moved: 1, total: 1 });
        await mustOpen(id, key.id);
      });

      it('leaves what does not open where it is, moves the rest, and keeps the old wrapping key', async () => {
        const { id } = await create();
        const [damaged, sound] = [await createKeyIn(id), await createKeyIn(id)];
        await bed.deps.materials.replace(damaged.id, 1, 1, Buffer.alloc(73, 1), 1);
        await bed.kms.change(rewrapKeyring, { keyring: id }, admin);
        await startMoving(bed.deps, id, admin);
        expect(await statusOf(id)).toEqual({ state: 'running', fromVersion: 1, toVersion: 2, moved: 1, total: 2 });
        const [failure] = await bed.deps.journal.query({ keyrings: [id], outcome: 'error', limit: 1 });
        expect(failure).toMatchObject({ operation: 'keyring.rewrap', code: 'integrity-failure' });
        await mustOpen(id, sound.id);
        (await bed.deps.secrets.unwrap({ kind: 'wrapping', scopeId: id, version: 1 })).destroy();
      });
    });

    describe('destroying', () => {
      it('is refused while a key is enabled or will be', async () => {
        const { id } = await create();
        const key = await createKeyIn(id);
        expect(await codeOf(destroy(id))).toBe('keyring-not-empty');
        await bed.kms.change(disableKey, { keyring: id, key: key.id }, keyAdmin);
        const notBefore = new Date(bed.clock.now() + 1000);
        const later = (await bed.kms.change(createKey, { keyring: id, notBefore }, keyAdmin)).output;
        expect(await codeOf(destroy(id))).toBe('keyring-not-empty');
        await bed.kms.change(disableKey, { keyring: id, key: later.id }, keyAdmin);
        expect(await destroy(id)).toMatchObject({ state: 'destroyed', destroyedAt: new Date(bed.clock.now()) });
      });

      it('leaves nothing that opens a material, and everything that proves the record', async () => {
        const { id, name } = await create();
        const key = await createKeyIn(id);
        await bed.kms.change(disableKey, { keyring: id, key: key.id }, keyAdmin);
        const snapshot = (await bed.deps.ledger.findKey(id, key.id))!;
        await destroy(id);
        expect(await codeOf(bed.deps.loaded.get(snapshot, 1))).toBe('integrity-failure');
        expect(await wrappingStates(id)).toEqual([[1, 'destroyed']]);
        await bed.deps.secrets.unwrap({ kind: 'integrity', scopeId: id, version: 1 });
        expect(await codeOf(bed.kms.perform(getKey, { keyring: id, key: key.id }, keyAdmin))).toBe('keyring-destroyed');
        expect(await codeOf(createKeyIn(id))).toBe('keyring-destroyed');
        expect(await codeOf(destroy(name))).toBe('keyring-destroyed');
        expect(await codeOf(create(name))).toBe('name-taken');
        const { items } = await bed.kms.perform(listKeyrings, { limit: 1000 }, admin);
        expect(items.find((keyring) => keyring.id === id)?.state).toBe('destroyed');
      });
    });
  });
}
