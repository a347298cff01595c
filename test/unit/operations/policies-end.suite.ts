import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../../../src/operations/arrival.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;

/** How policies end keys and tell of what will happen, on whatever they are stored in. */
export function policiesEndSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`the end of keys, and notices of it, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
    });
    afterAll(() => bed.dispose());

    const advance = async (ms: number) => {
      bed.clock.advance(ms);
      await runMaintenance(bed.kms, bed.deps);
    };
    const govern = async (policy: object) => {
      const { output } = await bed.kms.change(createKey, { keyring: 'default' }, admin);
      const key = { keyring: 'default', key: output.id };
      await bed.kms.change(setKeyPolicy, { ...key, policy: { ...policy } }, admin);
      return key;
    };
    const seal = (key: { readonly keyring: string; readonly key: string }) =>
      bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app);
    const bySchedule = async ({ key }: { readonly key: string }) =>
      (await bed.deps.journal.query({ key, caller: 'system:rotation', limit: 100 }))
        .toReversed()
        .map(({ operation, outcome, version, detail }) => [operation, outcome, version, detail['rule']]);

    it('comes so long after it was made: nothing is encrypted or decrypted any more', async () => {
      const key = await govern({ expire: { after: '30d' } });
      const { ciphertext } = await seal(key);
      await advance(30 * DAY - 1);
      expect(await codeOf(seal(key))).toBe('none');
      await advance(1);
      expect(await codeOf(seal(key))).toBe('key-disabled');
      const opened = bed.kms.perform(decrypt, { keyring: 'default', ciphertext }, app);
      expect(await codeOf(opened)).toBe('key-disabled');
      expect(await bySchedule(key)).toEqual([['key.disable', 'success', null, 'expire.after']]);
    });

    it('comes at a date, and is told of before, each time once', async () => {
      const end = new Date(bed.clock.now() + 60 * DAY).toISOString();
      const key = await govern({ expire: { at: end }, notify: { before: ['30d', '7d', '1d'] } });
      for (let day = 0; day < 61; day++) await advance(DAY);
      expect(await bySchedule(key)).toEqual([
        ['policy.notify', 'success', null, 'notify.before'],
        ['policy.notify', 'success', null, 'notify.before'],
        ['policy.notify', 'success', null, 'notify.before'],
        ['key.disable', 'success', null, 'expire.at'],
      ]);
      const [first] = await bed.deps.journal.query({ key: key.key, operation: 'policy.notify', limit: 1 });
      expect(first?.detail).toMatchObject({ policy: 'key', about: end });
    });

    it('of a version is told of where it is still being used, and only there', async () => {
      const policy = { rotate: { every: '100d' }, retire: { after: '50d' }, notify: { before: ['10d'] } };
      const [used, idle] = [await govern(policy), await govern(policy)];
      const [{ ciphertext }] = [await seal(used), await seal(idle)];
      await advance(100 * DAY);
      await advance(35 * DAY);
      expect(await codeOf(bed.kms.perform(decrypt, { keyring: 'default', ciphertext }, app))).toBe('none');
      await advance(5 * DAY);
      await advance(10 * DAY);
      const done = [
        ['key.rotate', 'success', 2, 'rotate.every'],
        ['version.retire', 'success', 1, 'retire.after'],
      ];
      expect(await bySchedule(idle)).toEqual(done);
      expect(await bySchedule(used)).toEqual(
        done.toSpliced(1, 0, ['policy.notify', 'success', 1, 'notify.retirement']),
      );
    });
  });
}
