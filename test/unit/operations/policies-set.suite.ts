import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRole } from '../../../src/operations/access/create-role.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { getKeyPolicy } from '../../../src/operations/policies/get-key-policy.js';
import { getKeyWithPolicy } from '../../../src/operations/policies/get-key-with-policy.js';
import { getKeyringPolicies } from '../../../src/operations/policies/get-keyring-policies.js';
import { deleteKeyPolicy, setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import {
  deleteKeyringPolicy,
  deleteSelectorPolicy,
  setKeyringPolicy,
  setSelectorPolicy,
} from '../../../src/operations/policies/set-keyring-policy.js';
import { simulatePolicies } from '../../../src/operations/policies/simulate-policies.js';
import { approvalOf, Governed } from '../../support/governed.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;
const EVERY_90 = { rotate: { every: '90d' } };
const EVERY_30 = { rotate: { every: '30d' } };

/** Setting, showing and trying out policies, on whatever they are stored in. */
export function policySettingSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`policies, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let keyring: string;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      keyring = 'governed';
      await bed.kms.change(createKeyring, { name: keyring }, await bed.arriveAs('administrator'));
    });
    afterAll(() => bed.dispose());

    const create = async (tags: Record<string, string> = {}) => {
      const { output } = await bed.kms.change(createKey, { keyring, tags }, admin);
      return { keyring, key: output.id };
    };
    const setFor = (key: { keyring: string; key: string }, policy: object, arrival = admin) =>
      bed.kms.change(setKeyPolicy, { ...key, policy: { ...policy } }, arrival);
    const sourceOf = async (key: { keyring: string; key: string }) =>
      (await bed.kms.perform(getKeyWithPolicy, key, admin)).policy?.source;

    it('are shown with the key, and why this one holds', async () => {
      const key = await create({ team: 'pay' });
      expect(await bed.kms.perform(getKeyWithPolicy, key, admin)).toMatchObject({ policy: null, nextRotationAt: null });
      await bed.kms.change(setKeyringPolicy, { keyring, policy: EVERY_90 }, admin);
      expect(await sourceOf(key)).toBe('keyring');
      const selector = { keyring, selector: 'pay', tags: { team: 'pay' }, policy: EVERY_30 };
      await bed.kms.change(setSelectorPolicy, selector, admin);
      expect(await sourceOf(key)).toBe('selector/pay');
      const made = bed.clock.now();
      bed.clock.advance(5);
      const { output } = await setFor(key, { rotate: { every: '10d' } });
      expect(output).toMatchObject({
        inForce: { source: 'key', policy: { rotate: { every: '10d' } }, setAt: new Date(bed.clock.now()) },
        candidates: [{ source: 'key' }, { source: 'selector/pay' }, { source: 'keyring' }],
        nextRotationAt: new Date(made + 10 * DAY),
        upcoming: [{ action: 'rotate', rule: 'rotate.every', version: null }],
        warnings: [],
      });
      expect(await bed.kms.perform(getKeyPolicy, key, admin)).toEqual(output);
    });

    it('are taken away again, and the next one holds', async () => {
      const key = await create({ team: 'pay' });
      await setFor(key, EVERY_30);
      await bed.kms.change(deleteKeyPolicy, key, admin);
      expect(await sourceOf(key)).toBe('selector/pay');
      expect(await codeOf(bed.kms.change(deleteKeyPolicy, key, admin))).toBe('policy-not-found');
      await bed.kms.change(deleteSelectorPolicy, { keyring, selector: 'pay' }, admin);
      expect(await sourceOf(key)).toBe('keyring');
      const again = bed.kms.change(deleteSelectorPolicy, { keyring, selector: 'pay' }, admin);
      expect(await codeOf(again)).toBe('policy-not-found');
      await bed.kms.change(deleteKeyringPolicy, { keyring }, admin);
      expect(await sourceOf(key)).toBeUndefined();
      expect(await codeOf(bed.kms.change(deleteKeyringPolicy, { keyring }, admin))).toBe('policy-not-found');
      expect(await bed.kms.perform(getKeyringPolicies, { keyring }, admin)).toMatchObject({
        policy: null,
        selectors: [],
      });
    });

    it('come with warnings where they are weak', async () => {
      const { output } = await setFor(await create(), { rotate: { every: '3000d' } });
      expect(output.warnings).toHaveLength(1);
      expect(output.warnings[0]?.warning).toContain('NIST SP 800-57');
    });

    it('that make no sense are refused, and nothing is set', async () => {
      const key = await create();
      expect(await codeOf(setFor(key, { rotate: { every: 'soon' } }))).toBe('invalid-request');
      expect(await codeOf(setFor(key, { rotation: {} }))).toBe('invalid-request');
      const selector = { keyring, selector: 'none', tags: {}, policy: EVERY_30 };
      expect(await codeOf(bed.kms.change(setSelectorPolicy, selector, admin))).toBe('invalid-request');
      const odd = { keyring, selector: 'a/b', tags: { a: 'b' }, policy: EVERY_30 };
      expect(await codeOf(bed.kms.change(setSelectorPolicy, odd, admin))).toBe('invalid-request');
      expect(await sourceOf(key)).toBeUndefined();
    });

    it('do nothing that their author may not do', async () => {
      const key = await create();
      const administrator = await bed.arriveAs('administrator');
      const permissions = ['policy.set', 'key.rotate', 'key.describe'];
      await bed.kms.change(createRole, { name: 'rotation-planner', permissions }, administrator);
      const planner = await bed.arriveAs('rotation-planner');
      await setFor(key, EVERY_30, planner);
      for (const policy of [
        { retire: { after: '1d' } },
        { destroy: { after: '1d' } },
        { expire: { after: '1d' } },
        { unused: { after: '1d' } },
      ]) {
        expect(await codeOf(setFor(key, policy, planner))).toBe('permission-denied');
      }
      expect(await codeOf(setFor(key, EVERY_30, await bed.arriveAs('crypto-user')))).toBe('permission-denied');
      expect(await codeOf(setFor(key, EVERY_30, await bed.arriveAs('auditor')))).toBe('permission-denied');
    });

    it('that do what needs several people need them too; the schedule then needs nobody', async () => {
      const governed = await Governed.in(bed);
      const { id, approvers } = await governed.keyring(1, ['key.rotate']);
      const asker = await governed.member('key-admin');
      const by = await asker.arrive();
      const { output } = await bed.kms.change(createKey, { keyring: id }, by);
      const key = { keyring: id, key: output.id };
      await setFor(key, { unused: { after: '900d' } }, by);
      const approval = await approvalOf(setFor(key, EVERY_30, by));
      expect((await bed.kms.perform(getKeyWithPolicy, key, by)).nextRotationAt).toBeNull();
      await governed.approve(approval, ...approvers);
      await setFor(key, EVERY_30, await asker.arrive(approval));
      bed.clock.advance(30 * DAY);
      await runMaintenance(bed.kms, bed.deps);
      expect(await bed.kms.perform(getKeyWithPolicy, key, by)).toMatchObject({ primaryVersion: 2 });
    });

    it('are on record whole, with who set them', async () => {
      const key = await create();
      await setFor(key, EVERY_30);
      const [record] = await bed.deps.journal.query({ key: key.key, operation: 'policy.set', limit: 1 });
      expect(record).toMatchObject({ caller: admin.caller.id, outcome: 'success', detail: { policy: EVERY_30 } });
    });

    it('foresee no notice of a rotation that is made in time', async () => {
      const key = await create();
      const policy = { rotate: { every: '30d' }, expire: { after: '90d' }, notify: { before: ['7d'] } };
      const { upcoming } = (await setFor(key, policy)).output;
      expect(upcoming.map(({ rule }) => rule)).toEqual(['rotate.every', 'notify.before', 'expire.after']);
    });

    it('are tried out where they would hold: not on keys with a closer one', async () => {
      const tags = { tried: 'yes' };
      const [own, free] = [await create(tags), await create(tags)];
      await setFor(own, EVERY_30);
      const policy = { rotate: { every: '50d' } };
      const tried = async (input: object) => {
        const found = await bed.kms.perform(simulatePolicies, { keyring, days: 60, policy, ...input }, admin);
        return { ...found, ids: found.actions.map(({ keyId }) => keyId) };
      };
      expect(await tried({ tags })).toMatchObject({ keys: 1, closer: 1, rotated: 1, ids: [free.key] });
      expect(await tried({ key: own.key })).toMatchObject({ keys: 1, closer: 0, rotated: 1, ids: [own.key] });
      const forKeyring = await tried({});
      expect(forKeyring.ids).toContain(free.key);
      expect(forKeyring.ids).not.toContain(own.key);
      const selector = { keyring, selector: 'tried', tags, policy: EVERY_30 };
      await bed.kms.change(setSelectorPolicy, selector, admin);
      expect((await tried({})).ids).not.toContain(free.key);
      expect(await tried({ tags })).toMatchObject({ keys: 1, ids: [free.key] });
      expect(await codeOf(tried({ key: own.key, tags }))).toBe('invalid-request');
      expect(await codeOf(tried({ key: 'nobody' }))).toBe('key-not-found');
      await bed.kms.change(deleteSelectorPolicy, { keyring, selector: 'tried' }, admin);
    });

    it('are tried out without changing anything', async () => {
      const tags = { trial: 'yes' };
      const keys = [await create(tags), await create(tags)];
      const input = { keyring, tags, days: 100, policy: { rotate: { every: '30d' }, retire: { after: '10d' } } };
      const foreseen = await bed.kms.perform(simulatePolicies, input, admin);
      expect(foreseen).toMatchObject({ keys: 2, rotated: 6, retired: 6, destroyed: 0, disabled: 0, inUse: 0 });
      expect(foreseen.actions.map(({ at }) => at.getTime())).toEqual(
        foreseen.actions.map(({ at }) => at.getTime()).toSorted((a, b) => a - b),
      );
      const [first] = keys;
      if (first) expect(await sourceOf(first)).toBeUndefined();
      const inForce = await bed.kms.perform(simulatePolicies, { keyring, tags }, admin);
      expect(inForce).toMatchObject({ keys: 2, rotated: 0, actions: [] });
      expect(await codeOf(bed.kms.perform(simulatePolicies, { keyring, days: 0 }, admin))).toBe('invalid-request');
      const endless = { keyring, tags, days: 3650, policy: { rotate: { every: '1h' } } };
      expect(await codeOf(bed.kms.perform(simulatePolicies, endless, admin))).toBe('limit-reached');
    });
  });
}
