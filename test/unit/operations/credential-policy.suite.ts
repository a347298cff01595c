import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createCredential } from '../../../src/operations/access/create-credential.js';
import { listCredentials } from '../../../src/operations/access/list-credentials.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { getSettings } from '../../../src/operations/governance/get-settings.js';
import { updateSettings } from '../../../src/operations/governance/update-settings.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400;

/** The policy of the install for credentials that nobody uses, or that expired, on whatever it is stored in. */
export function credentialPolicySuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`the policy of credentials, ${place}`, () => {
    let bed: TestBed;
    let administrator: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      administrator = await bed.arriveAs('administrator');
    });
    afterAll(() => bed.dispose());

    const set = (credentialPolicy: { unusedAfter: number } | null) =>
      bed.kms.change(updateSettings, { credentialPolicy }, administrator);
    const run = () => runMaintenance(bed.kms, bed.deps);
    const pass = (days: number) => bed.clock.advance(days * DAY * 1000);
    const use = ({ credentialId }: Arrival) => bed.deps.lastUse.note(credentialId ?? '', bed.clock.now());
    const isLive = async (arrival: Arrival) => (await codeOf(bed.kms.perform(whoami, {}, arrival))) === 'none';
    const recordsOf = async (caller: string) => {
      const records = await bed.deps.journal.query({ operation: 'credential.revoke', limit: 100 });
      return records.filter(({ resource }) => resource === `caller/${caller}`);
    };

    it('leaves everything alone where none is set', async () => {
      const quiet = await bed.arriveAs('auditor');
      pass(4000);
      expect(await run()).toMatchObject({ revoked: 0, failed: 0 });
      expect(await isLive(quiet)).toBe(true);
      expect((await bed.kms.perform(getSettings, {}, administrator)).credentialPolicy).toBeNull();
    });

    it('revokes what was unused for so long, counted from when it was set, once, and on record', async () => {
      const [quiet, busy] = [await bed.arriveAs('auditor'), await bed.arriveAs('auditor')];
      pass(365);
      const setAt = new Date(bed.clock.now()).toISOString();
      const { output } = await set({ unusedAfter: 90 * DAY });
      expect(output.credentialPolicy).toEqual({ unusedAfter: 90 * DAY, setAt });
      expect(await run()).toMatchObject({ revoked: 0 });
      pass(89);
      use(busy);
      use(administrator);
      expect(await run()).toMatchObject({ revoked: 0 });
      pass(2);
      await Promise.all([run(), run()]);
      expect([await isLive(quiet), await isLive(busy), await isLive(administrator)]).toEqual([false, true, true]);
      const done = (await recordsOf(quiet.caller.id)).filter(({ outcome }) => outcome === 'success');
      expect(done).toHaveLength(1);
      const dueAt = new Date(Date.parse(setAt) + 90 * DAY * 1000).toISOString();
      expect(done[0]).toMatchObject({
        caller: 'system:rotation',
        detail: {
          credential: quiet.credentialId,
          kind: 'token',
          policy: 'settings',
          rule: 'credentials.unused',
          dueAt,
        },
      });
      expect(await recordsOf(busy.caller.id)).toEqual([]);
    });

    it('marks those that expired as revoked, of every kind', async () => {
      const input = { name: 'expiring', type: 'service' } as const;
      const { id } = (await bed.kms.change(createCaller, input, administrator)).output;
      const match = { dns: 'expiring.example' };
      const made = { caller: id, kind: 'certificate', match, expiresIn: DAY } as const;
      await bed.kms.change(createCredential, made, administrator);
      await run();
      expect(await recordsOf(id)).toEqual([]);
      pass(1);
      use(administrator);
      await run();
      const listed = await bed.kms.perform(listCredentials, { caller: id }, administrator);
      expect(listed.items.map(({ state }) => state)).toEqual(['revoked']);
      expect((await recordsOf(id))[0]?.detail).toMatchObject({ kind: 'certificate', rule: 'credentials.expired' });
    });

    it('is kept where something else is set, ends with null, and is at least a day', async () => {
      const app = await bed.arriveAs('auditor');
      await bed.kms.change(updateSettings, { dualControl: null }, administrator);
      const settings = await bed.kms.perform(getSettings, {}, administrator);
      expect(settings.credentialPolicy).toMatchObject({ unusedAfter: 90 * DAY });
      for (const unusedAfter of [0, DAY - 1, DAY + 0.5, 3651 * DAY, Number.NaN]) {
        expect(await codeOf(set({ unusedAfter }))).toBe('invalid-request');
      }
      expect(await codeOf(bed.kms.change(updateSettings, {}, administrator))).toBe('invalid-request');
      const input = { credentialPolicy: null };
      expect(await codeOf(bed.kms.change(updateSettings, input, app))).toBe('permission-denied');
      await set(null);
      pass(400);
      expect(await run()).toMatchObject({ revoked: 0 });
      expect(await isLive(app)).toBe(true);
    });
  });
}
