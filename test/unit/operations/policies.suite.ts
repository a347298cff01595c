import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../../../src/operations/arrival.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { createKey, type CreateKeyInput } from '../../../src/operations/keys/create-key.js';
import { enableKey } from '../../../src/operations/keys/enable-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { updateKey } from '../../../src/operations/keys/update-key.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import { setKeyringPolicy, setSelectorPolicy } from '../../../src/operations/policies/set-keyring-policy.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { listVersions } from '../../../src/operations/versions/list-versions.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;
const HOUR = DAY / 24;

/** What the schedule makes of policies, on whatever they are stored in. */
export function policiesSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`policies at work, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;
    let keyrings = 0;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
    });
    afterAll(() => bed.dispose());

    const tick = () => runMaintenance(bed.kms, bed.deps);
    const advance = async (ms: number) => {
      bed.clock.advance(ms);
      await tick();
    };
    const create = async (input: Partial<CreateKeyInput> = {}) => {
      const { output } = await bed.kms.change(createKey, { keyring: 'default', ...input }, admin);
      return { keyring: input.keyring ?? 'default', key: output.id };
    };
    const govern = async (policy: object, input: Partial<CreateKeyInput> = {}) => {
      const key = await create(input);
      await bed.kms.change(setKeyPolicy, { ...key, policy: { ...policy } }, admin);
      return key;
    };
    const newKeyring = async () => {
      const name = `ring-${++keyrings}`;
      const administrator = await bed.arriveAs('administrator');
      await bed.kms.change(createKeyring, { name }, administrator);
      return name;
    };
    const statesOf = async (key: { readonly keyring: string; readonly key: string }) =>
      (await bed.kms.perform(listVersions, key, admin)).items.map(({ state }) => state).toReversed();
    const stateOf = async (key: { readonly keyring: string; readonly key: string }) =>
      (await bed.kms.perform(getKey, key, admin)).state;
    const bySchedule = async (key: string) =>
      (await bed.deps.journal.query({ key, caller: 'system:rotation', limit: 100 })).toReversed();

    it('rotate a key when its time has come, once, and say so in the record', async () => {
      const key = await govern({ rotate: { every: '90d' } });
      await advance(90 * DAY - 1);
      expect(await statesOf(key)).toEqual(['active']);
      await advance(1);
      await tick();
      expect(await statesOf(key)).toEqual(['active', 'active']);
      const records = await bySchedule(key.key);
      expect(records).toMatchObject([
        {
          operation: 'key.rotate',
          outcome: 'success',
          door: 'clock',
          version: 2,
          detail: { policy: 'key', rule: 'rotate.every', from: 1 },
        },
      ]);
      expect((await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app)).version).toBe(2);
    });

    it('make up for what was missed with one rotation', async () => {
      const key = await govern({ rotate: { every: '30d' } });
      await advance(400 * DAY);
      await tick();
      expect(await statesOf(key)).toEqual(['active', 'active']);
      await advance(30 * DAY);
      expect(await statesOf(key)).toHaveLength(3);
    });

    it('count from the last rotation, also from one by a person', async () => {
      const key = await govern({ rotate: { every: '90d' } });
      await advance(60 * DAY);
      await bed.kms.change(rotateKey, key, admin);
      await advance(60 * DAY);
      expect(await statesOf(key)).toHaveLength(2);
      await advance(30 * DAY);
      expect(await statesOf(key)).toHaveLength(3);
    });

    it('rotate after so many messages, wherever they were counted', async () => {
      const key = await govern({ rotate: { afterMessages: 3 } });
      await advance(HOUR);
      for (let message = 0; message < 3; message++) {
        await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app);
      }
      await tick();
      expect(await statesOf(key)).toHaveLength(1);
      await bed.deps.usage.flush();
      await tick();
      expect(await statesOf(key)).toHaveLength(2);
      expect(await bySchedule(key.key)).toMatchObject([{ detail: { rule: 'rotate.afterMessages' } }]);
    });

    it('rotate by use once an hour, however much there is', async () => {
      const key = await govern({ rotate: { afterMessages: 1 } });
      for (const versions of [1, 2, 3]) {
        const use = async () => {
          await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app);
          await bed.deps.usage.flush();
        };
        await use();
        await tick();
        expect(await statesOf(key)).toHaveLength(versions);
        // Further use makes the schedule look at nothing.
        await use();
        expect(await bed.deps.dueKeys.claim(new Date(bed.clock.now()), 10)).toEqual([]);
        await advance(HOUR - 1);
        expect(await statesOf(key)).toHaveLength(versions);
        await advance(1);
        expect(await statesOf(key)).toHaveLength(versions + 1);
      }
    });

    it('retire versions, then destroy them unless somebody still asks for them', async () => {
      const key = await govern({
        rotate: { every: '30d' },
        retire: { after: '10d' },
        destroy: { after: '5d' },
      });
      const sealed = await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app);
      await advance(30 * DAY);
      await advance(10 * DAY);
      expect(await statesOf(key)).toEqual(['retired', 'active']);
      await advance(3 * DAY);
      const asked = bed.kms.perform(decrypt, { keyring: 'default', ciphertext: sealed.ciphertext }, app);
      expect(await codeOf(asked)).toBe('version-retired');
      await advance(2 * DAY);
      expect(await statesOf(key)).toEqual(['retired', 'active']);
      await advance(3 * DAY);
      expect(await statesOf(key)).toEqual(['destroyed', 'active']);
      expect((await bySchedule(key.key)).map(({ operation, version }) => [operation, version])).toEqual([
        ['key.rotate', 2],
        ['version.retire', 1],
        ['version.destroy', 1],
      ]);
    });

    it('disable a key that nobody uses, and leave it be for as long again once it is enabled', async () => {
      const key = await govern({ unused: { after: '180d' } });
      await advance(100 * DAY);
      await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app);
      await advance(179 * DAY);
      expect(await stateOf(key)).toBe('enabled');
      await advance(DAY);
      expect(await stateOf(key)).toBe('disabled');
      await bed.kms.change(enableKey, key, admin);
      await advance(179 * DAY);
      expect(await stateOf(key)).toBe('enabled');
      await advance(DAY);
      expect(await stateOf(key)).toBe('disabled');
    });

    it('do nothing to a key that is disabled, and go on when it is enabled', async () => {
      const key = await govern({ rotate: { every: '30d' } });
      await bed.kms.change(disableKey, key, admin);
      await advance(100 * DAY);
      expect(await statesOf(key)).toHaveLength(1);
      await bed.kms.change(enableKey, key, admin);
      await tick();
      expect(await statesOf(key)).toHaveLength(2);
    });

    it('hold for the keys of a keyring, but for those with a closer one, and follow their tags', async () => {
      const keyring = await newKeyring();
      const [plain, tagged, own] = [
        await create({ keyring }),
        await create({ keyring, tags: { class: 'pci' } }),
        await create({ keyring }),
      ];
      const selector = { keyring, selector: 'pci', tags: { class: 'pci' }, policy: { rotate: { every: '10d' } } };
      await bed.kms.change(setKeyringPolicy, { keyring, policy: { rotate: { every: '30d' } } }, admin);
      await bed.kms.change(setSelectorPolicy, selector, admin);
      await bed.kms.change(setKeyPolicy, { ...own, policy: {} }, admin);
      await advance(10 * DAY);
      const counts = async () => Promise.all([plain, tagged, own].map(async (key) => (await statesOf(key)).length));
      expect(await counts()).toEqual([1, 2, 1]);
      await bed.kms.change(updateKey, { ...tagged, tags: {} }, admin);
      await advance(20 * DAY);
      expect(await counts()).toEqual([2, 2, 1]);
      const born = await create({ keyring });
      await advance(30 * DAY);
      expect(await statesOf(born)).toHaveLength(2);
      expect(await bySchedule(tagged.key)).toMatchObject([{ detail: { policy: 'selector/pci' } }, {}]);
    });

    it('are put to work by several schedules at once: each thing is done once', async () => {
      const keys = [];
      for (let count = 0; count < 6; count++) keys.push(await govern({ rotate: { every: '90d' } }));
      bed.clock.advance(90 * DAY);
      await Promise.all([tick(), tick(), tick()]);
      for (const key of keys) {
        expect(await statesOf(key)).toHaveLength(2);
        expect((await bySchedule(key.key)).map(({ outcome }) => outcome)).toEqual(['success']);
      }
    });
  });
}
