import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BindingScope } from '../../../src/access/records.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createRole } from '../../../src/operations/access/create-role.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { updateKey } from '../../../src/operations/keys/update-key.js';
import { deleteKeyPolicy, setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import {
  deleteKeyringPolicy,
  deleteSelectorPolicy,
  setKeyringPolicy,
  setSelectorPolicy,
} from '../../../src/operations/policies/set-keyring-policy.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DESTROYS = { destroy: { after: '30d' } };
const ROTATES = { rotate: { every: '90d' } };
const DENIED = 'permission-denied';

type Tags = Record<string, string>;

/** Ways to have a policy do what one may not do oneself, on whatever they are stored in. */
export function policyDetoursSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`detours by policies, ${place}`, () => {
    let bed: TestBed;
    let administrator: Arrival;
    let admin: Arrival;
    /** May administer policies and keys, and destroy nothing. */
    let planner: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      administrator = await bed.arriveAs('administrator');
      admin = await bed.arriveAs('key-admin');
      const permissions = ['policy.set', 'policy.delete', 'key.create', 'key.update', 'key.rotate', 'key.describe'];
      await bed.kms.change(createRole, { name: 'planner', permissions }, administrator);
      await bed.kms.change(createRole, { name: 'destroyer', permissions: ['version.destroy'] }, administrator);
      planner = await bed.arriveAs('planner');
    });
    afterAll(() => bed.dispose());

    const newKeyring = async () => {
      const name = `d-${randomUUID().slice(0, 23)}`;
      return (await bed.kms.change(createKeyring, { name }, administrator)).output.id;
    };
    const create = async (keyring: string, tags: Tags = {}) => {
      const { output } = await bed.kms.change(createKey, { keyring, tags }, admin);
      return { keyring, key: output.id };
    };
    type Key = Awaited<ReturnType<typeof create>>;
    const tag = (key: Key, tags: Tags, by: Arrival) => bed.kms.change(updateKey, { ...key, tags }, by);
    const setOwn = (key: Key, policy: object, by = admin) =>
      bed.kms.change(setKeyPolicy, { ...key, policy: { ...policy } }, by);
    const setAll = (keyring: string, policy: object, by = admin) =>
      bed.kms.change(setKeyringPolicy, { keyring, policy: { ...policy } }, by);
    const setFor = (keyring: string, selector: string, tags: Tags, policy: object, by = admin) =>
      bed.kms.change(setSelectorPolicy, { keyring, selector, tags, policy: { ...policy } }, by);
    const unsetFor = (keyring: string, selector: string, by = admin) =>
      bed.kms.change(deleteSelectorPolicy, { keyring, selector }, by);
    /** A key-admin who may destroy no version there. */
    const deniedAt = async (scope: BindingScope) => {
      const by = await bed.arriveAs('key-admin');
      const deny = { caller: by.caller.id, role: 'destroyer', effect: 'deny', scope } as const;
      await bed.kms.change(createBinding, deny, administrator);
      return by;
    };

    it('new tags bring a key under no policy that one could not set', async () => {
      const keyring = await newKeyring();
      const key = await create(keyring);
      await setFor(keyring, 'pci', { class: 'pci' }, DESTROYS);
      await setFor(keyring, 'web', { class: 'web' }, ROTATES);
      expect(await codeOf(tag(key, { class: 'pci' }, planner))).toBe(DENIED);
      await tag(key, { class: 'web', team: 'a' }, planner);
      expect(await codeOf(tag(key, { class: 'pci' }, planner))).toBe(DENIED);
      const own = await create(keyring);
      await setOwn(own, ROTATES);
      await tag(own, { class: 'pci' }, planner);
      await tag(key, { class: 'pci' }, admin);
      await tag(key, { class: 'pci', team: 'a' }, planner);
      const denied = await deniedAt({ keyring, key: own.key });
      await bed.kms.change(deleteKeyPolicy, own, admin);
      await tag(own, {}, denied);
      expect(await codeOf(tag(own, { class: 'pci' }, denied))).toBe(DENIED);
    });

    it('new tags leave a denial behind only where they bring the key under nothing that it denies', async () => {
      const keyring = await newKeyring();
      const key = await create(keyring, { stage: 'live' });
      await setFor(keyring, 'pci', { class: 'pci' }, DESTROYS);
      const denied = await deniedAt({ keyring, tags: { stage: 'live' } });
      expect(await codeOf(tag(key, { class: 'pci' }, denied))).toBe(DENIED);
    });

    it('tags that change while a key is changed are decided by', async () => {
      const keyring = await newKeyring();
      const key = await create(keyring, { team: 'red' });
      const red = await bed.arriveAs('key-admin', { keyring, tags: { team: 'red' } });
      let isOvertaken = false;
      const overtaken: typeof setKeyPolicy = {
        ...setKeyPolicy,
        async resolve(...given) {
          const resolved = await setKeyPolicy.resolve(...given);
          if (!isOvertaken) await tag(key, { team: 'blue' }, admin);
          isOvertaken = true;
          return resolved;
        },
      };
      expect(await codeOf(bed.kms.change(overtaken, { ...key, policy: DESTROYS }, red))).toBe(DENIED);
    });

    it('nor does taking away the policy that kept a key from another', async () => {
      const keyring = await newKeyring();
      const key = await create(keyring, { class: 'pci', stage: 'live' });
      await setAll(keyring, DESTROYS);
      await setOwn(key, ROTATES);
      expect(await codeOf(bed.kms.change(deleteKeyPolicy, key, planner))).toBe(DENIED);
      await setFor(keyring, 'both', { class: 'pci', stage: 'live' }, ROTATES);
      await bed.kms.change(deleteKeyPolicy, key, planner);
      expect(await codeOf(unsetFor(keyring, 'both', planner))).toBe(DENIED);
      // Its keys would be under the keyring's policy, as if it was deleted.
      expect(await codeOf(setFor(keyring, 'both', { class: 'none' }, ROTATES, planner))).toBe(DENIED);
      await setFor(keyring, 'both', { stage: 'live', class: 'pci' }, { rotate: { every: '9d' } }, planner);
      await bed.kms.change(deleteKeyringPolicy, { keyring }, planner);
      await setFor(keyring, 'live', { stage: 'live' }, DESTROYS);
      expect(await codeOf(unsetFor(keyring, 'both', planner))).toBe(DENIED);
      await unsetFor(keyring, 'live', planner);
      await unsetFor(keyring, 'both', planner);
      expect(await codeOf(unsetFor(keyring, 'both', planner))).toBe('policy-not-found');
    });

    it('a denial for one key holds against a policy for all of them', async () => {
      const keyring = await newKeyring();
      const [key, other] = [await create(keyring), await create(keyring)];
      const denied = await deniedAt({ keyring, key: key.key });
      expect(await codeOf(setAll(keyring, DESTROYS, denied))).toBe(DENIED);
      expect(await codeOf(setFor(keyring, 'pci', { class: 'pci' }, DESTROYS, denied))).toBe(DENIED);
      expect(await codeOf(setOwn(key, DESTROYS, denied))).toBe(DENIED);
      const all = await bed.arriveAs('key-admin');
      const deny = {
        caller: all.caller.id,
        role: 'planner',
        effect: 'deny',
        scope: { keyring, key: key.key },
      } as const;
      await bed.kms.change(createBinding, deny, administrator);
      expect(await codeOf(setAll(keyring, {}, all))).toBe(DENIED);
      expect(await codeOf(unsetFor(keyring, 'none', all))).toBe(DENIED);
      await setOwn(other, DESTROYS, denied);
      await setAll(keyring, ROTATES, denied);
      const elsewhere = await newKeyring();
      await setAll(elsewhere, DESTROYS, denied);
    });

    it('a denial for tags holds against a policy for keys that may have them', async () => {
      const keyring = await newKeyring();
      const denied = await deniedAt({ keyring, tags: { stage: 'live' } });
      expect(await codeOf(setAll(keyring, DESTROYS, denied))).toBe(DENIED);
      for (const tags of [{ stage: 'live' }, { stage: 'live', class: 'pci' }, { class: 'pci' }] as Tags[]) {
        expect(await codeOf(setFor(keyring, 'some', tags, DESTROYS, denied))).toBe(DENIED);
      }
      await setFor(keyring, 'some', { class: 'pci' }, ROTATES, denied);
      await setFor(keyring, 'test', { stage: 'test' }, DESTROYS, denied);
      await setAll(keyring, DESTROYS);
      expect(await codeOf(unsetFor(keyring, 'some', denied))).toBe(DENIED);
      await unsetFor(keyring, 'test', denied);
    });
  });
}
