import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRole } from '../../../src/operations/access/create-role.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { cancelCampaign, closeCampaign } from '../../../src/operations/campaigns/end-campaign.js';
import { getCampaign } from '../../../src/operations/campaigns/get-campaign.js';
import { listCampaigns, type ListCampaignsInput } from '../../../src/operations/campaigns/list-campaigns.js';
import { reportCampaign } from '../../../src/operations/campaigns/report-campaign.js';
import { startCampaign, type StartCampaignInput } from '../../../src/operations/campaigns/start-campaign.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { destroyKeyring } from '../../../src/operations/keyrings/destroy-keyring.js';
import { createKey, type CreateKeyInput } from '../../../src/operations/keys/create-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { revokeKey } from '../../../src/operations/keys/revoke-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import { revokeVersion } from '../../../src/operations/versions/revoke-version.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;
const PLAINTEXT = Buffer.from('card 4711');
const NOWHERE = '00000000-0000-7000-8000-000000000000';

interface On {
  readonly keyring: string;
  readonly key: string;
}

/** Rewrap campaigns, on whatever they are stored in. */
export function campaignsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`campaigns, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
    });
    afterAll(() => bed.dispose());

    const create = async (input: Partial<CreateKeyInput> = {}, by = admin): Promise<On> => {
      const { output } = await bed.kms.change(createKey, { keyring: 'default', ...input }, by);
      return { keyring: input.keyring ?? 'default', key: output.id };
    };
    const rotate = (key: On) => bed.kms.change(rotateKey, key, admin);
    const rotated = async (input: Partial<CreateKeyInput> = {}) => {
      const key = await create(input);
      await rotate(key);
      return key;
    };
    const seal = async (key: On) => (await bed.kms.perform(encrypt, { ...key, plaintext: PLAINTEXT }, app)).ciphertext;
    const open = (ciphertext: Buffer) => bed.kms.perform(decrypt, { keyring: 'default', ciphertext }, app);
    const start = async (key: On, input: Partial<StartCampaignInput> = {}, by = admin) =>
      (await bed.kms.change(startCampaign, { ...key, from: [1], ...input }, by)).output;
    const revoke = (key: On, version: number, reason: 'compromised' | 'superseded') =>
      bed.kms.change(revokeVersion, { ...key, version, reason }, admin);
    const show = (campaign: string, by = app) => bed.kms.perform(getCampaign, { campaign }, by);
    const list = async (input: ListCampaignsInput, by = app) =>
      (await bed.kms.perform(listCampaigns, input, by)).items.map(({ id }) => id);
    const recordsOf = (key: string, operation: string) =>
      bed.deps.journal.query({ key, operation, outcome: 'success', limit: 10 });
    const tick = () => runMaintenance(bed.kms, bed.deps);

    it('give applications a target, and show how much still arrives under the old version', async () => {
      const key = await create();
      const old = await seal(key);
      await open(old);
      await rotate(key);
      const campaign = await start(key, { quiet: '7d', to: 'primary' });
      expect(campaign).toMatchObject({ keyId: key.key, from: [1], to: 2, state: 'open', quiet: '7d', rewrapped: 0 });
      const nothing = { decryptions: 0, underOld: 0, oldShare: null };
      expect((await show(campaign.id)).traffic).toMatchObject({ ...nothing, lastUsedBy: app.caller.id });
      bed.clock.advance(DAY);
      await open(old);
      for (let times = 0; times < 3; times++) await open(await seal(key));
      expect(await show(campaign.id)).toMatchObject({
        traffic: { decryptions: 4, underOld: 1, oldShare: 0.25, lastUsedAt: new Date(bed.clock.now()) },
        closesAt: new Date(bed.clock.now() + 7 * DAY),
        lineageId: old
          .subarray(6, 22)
          .toString('hex')
          .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      });
      const [record] = await recordsOf(key.key, 'campaign.start');
      expect(record).toMatchObject({ caller: admin.caller.id, detail: { campaign: campaign.id, from: [1], to: 2 } });
    });

    it('count what applications report, each report once', async () => {
      const key = await rotated();
      const { id } = await start(key);
      const again = await bed.arriveAs('crypto-user', { everything: true }, 'report-1');
      const counts = { campaign: id, rewrapped: 5, skipped: 2, failed: 1 };
      await bed.kms.change(reportCampaign, counts, again);
      expect((await bed.kms.change(reportCampaign, counts, again)).replayed).toBe(true);
      await bed.kms.change(reportCampaign, { ...counts, rewrapped: 1 }, app);
      const shown = await show(id);
      expect(shown).toMatchObject({ rewrapped: 6, skipped: 4, failed: 2, reportedBy: app.caller.id });
      for (const wrong of [{ rewrapped: -1 }, { failed: 0.5 }, { skipped: 2e9 }]) {
        expect(await codeOf(bed.kms.change(reportCampaign, { ...counts, ...wrong }, app))).toBe('invalid-request');
      }
    });

    it('are only of old versions that can be left behind, of keys whose ciphertexts name them', async () => {
      const key = await rotated();
      const refused = async (input: Partial<StartCampaignInput>, of = key) => codeOf(start(of, input));
      expect(await refused({ from: [2] })).toBe('invalid-transition');
      expect(await refused({ from: [3] })).toBe('version-not-found');
      expect(await refused({ from: [] })).toBe('invalid-request');
      for (const quiet of ['soon', '9s', '4000d', '']) expect(await refused({ quiet })).toBe('invalid-request');
      const signer = await rotated({ spec: 'ed25519' });
      expect(await refused({}, signer)).toBe('unsupported-operation');
      const { id } = await start(key);
      expect(await refused({})).toBe('campaign-exists');
      await bed.kms.change(cancelCampaign, { campaign: id }, admin);
      const second = await start(key);
      expect(second.id).not.toBe(id);
      const disabled = await rotated();
      await bed.kms.change(disableKey, disabled, admin);
      expect(await refused({}, disabled)).toBe('key-disabled');
    });

    it('end once, by whoever may, and are not reported to afterwards', async () => {
      const [one, two] = [await start(await rotated()), await start(await rotated())];
      const closed = await bed.kms.change(closeCampaign, { campaign: one.id }, admin);
      expect(closed.output).toMatchObject({ state: 'closed', endedBy: admin.caller.id });
      const cancelled = await bed.kms.change(cancelCampaign, { campaign: two.id }, admin);
      expect(cancelled.output.state).toBe('cancelled');
      expect((await show(one.id)).closesAt).toBeNull();
      const counts = { campaign: one.id, rewrapped: 1, skipped: 0, failed: 0 };
      expect(await codeOf(bed.kms.change(reportCampaign, counts, app))).toBe('invalid-transition');
      expect(await codeOf(bed.kms.change(closeCampaign, { campaign: two.id }, admin))).toBe('invalid-transition');
      expect(await codeOf(bed.kms.change(closeCampaign, { campaign: one.id }, app))).toBe('permission-denied');
    });

    it('close by themselves once the old version was quiet for the agreed time, counted from its last use', async () => {
      const key = await create();
      const old = await seal(key);
      await rotate(key);
      const { id } = await start(key, { quiet: '7d' });
      bed.clock.advance(6 * DAY);
      await open(old);
      bed.clock.advance(6 * DAY);
      await tick();
      expect((await show(id)).state).toBe('open');
      await bed.deps.usage.flush();
      bed.clock.advance(DAY);
      await Promise.all([tick(), tick()]);
      expect(await show(id)).toMatchObject({ state: 'closed', endedBy: 'system:rotation' });
      const records = await recordsOf(key.key, 'campaign.close');
      expect(records).toHaveLength(1);
      expect(records[0]).toMatchObject({
        caller: 'system:rotation',
        detail: {
          campaign: id,
          rule: 'quiet',
          quietMs: 7 * DAY,
          lastUsedAt: new Date(bed.clock.now() - 7 * DAY).toISOString(),
        },
      });
    });

    it('are not there for whoever has no right on the key, and go with their keyring', async () => {
      const administrator = await bed.arriveAs('administrator');
      const { output: ring } = await bed.kms.change(createKeyring, { name: 'campaigns' }, administrator);
      const key = await rotated({ keyring: 'campaigns' });
      const { id } = await start(key);
      const elsewhere = await bed.arriveAs('crypto-user', { keyring: bed.keyringId });
      const here = await bed.arriveAs('crypto-user', { keyring: ring.id, key: key.key });
      const counts = { campaign: id, rewrapped: 1, skipped: 0, failed: 0 };
      expect(await codeOf(show(id, elsewhere))).toBe('campaign-not-found');
      expect(await codeOf(show(NOWHERE, elsewhere))).toBe('campaign-not-found');
      expect(await codeOf(show('no id', elsewhere))).toBe('campaign-not-found');
      expect(await codeOf(bed.kms.change(reportCampaign, counts, elsewhere))).toBe('campaign-not-found');
      expect(await list({}, elsewhere)).not.toContain(id);
      expect(await codeOf(list({ keyring: 'campaigns' }, elsewhere))).toBe('permission-denied');
      expect(await list({}, here)).toEqual([id]);
      expect(await list({ ...key }, here)).toEqual([id]);
      expect((await show(id, here)).id).toBe(id);
      const beside = await rotated({ keyring: 'campaigns' });
      await start(beside);
      expect(await list({ keyring: 'campaigns' }, here)).toEqual([id]);
      for (const named of [beside.key, NOWHERE]) {
        expect(await codeOf(list({ ...key, key: named }, here))).toBe('permission-denied');
      }
      expect(await codeOf(list({}, await bed.arriveAs('approver')))).toBe('permission-denied');
      expect(await codeOf(list(key, elsewhere))).toBe('permission-denied');
      for (const one of [key, beside]) await bed.kms.change(disableKey, one, admin);
      await bed.kms.change(destroyKeyring, { keyring: ring.id }, administrator);
      expect(await codeOf(show(id))).toBe('campaign-not-found');
      expect(await list({}, app)).not.toContain(id);
      bed.clock.advance(31 * DAY);
      expect((await tick()).failed).toBe(0);
      expect(await recordsOf(key.key, 'campaign.close')).toEqual([]);
    });

    it('are listed newest first, page by page, by key and by state', async () => {
      const key = await rotated();
      await rotate(key);
      await rotate(key);
      const made = [];
      for (const from of [[1], [2], [3]]) made.unshift((await start(key, { from })).id);
      await bed.kms.change(closeCampaign, { campaign: made[1] ?? '' }, admin);
      expect(await list(key)).toEqual(made);
      expect(await list({ ...key, state: 'closed' })).toEqual([made[1]]);
      const first = await bed.kms.perform(listCampaigns, { ...key, limit: 2 }, app);
      expect(first.items.map(({ id }) => id)).toEqual(made.slice(0, 2));
      expect(await list({ ...key, limit: 2, cursor: first.nextCursor ?? '' })).toEqual(made.slice(2));
      expect(await codeOf(list({ cursor: 'bm8' }))).toBe('invalid-request');
    });

    describe('by policy, once a version is compromised', () => {
      const policy = { revoke: { compromised: 'decrypt-only', campaign: true } };
      const govern = (key: On) => bed.kms.change(setKeyPolicy, { ...key, policy }, admin);

      it('start with the revocation, on record as such', async () => {
        const key = await create();
        await govern(key);
        await revoke(key, 1, 'compromised');
        const [id = ''] = await list(key);
        expect(await show(id)).toMatchObject({ from: [1], to: 2, quiet: '30d', startedBy: admin.caller.id });
        const [started] = await recordsOf(key.key, 'campaign.start');
        expect(started?.detail).toMatchObject({ campaign: id, policy: 'key', rule: 'revoke.campaign' });
        const [revoked] = await recordsOf(key.key, 'version.revoke');
        expect(revoked).toMatchObject({ requestId: started?.requestId, detail: { campaign: id } });
      });

      it('start for all versions of a key that goes on with a new one', async () => {
        const key = await rotated();
        await govern(key);
        await bed.kms.change(revokeKey, { ...key, reason: 'compromised', replace: true }, admin);
        const [id = ''] = await list(key);
        expect(await show(id)).toMatchObject({ from: [1, 2], to: 3 });
      });

      it('do not start for another reason, without a target, or a second time', async () => {
        const other = await rotated();
        await govern(other);
        await revoke(other, 1, 'superseded');
        const dead = await create();
        await govern(dead);
        await bed.kms.change(revokeKey, { ...dead, reason: 'compromised' }, admin);
        const plain = await rotated();
        await revoke(plain, 1, 'compromised');
        for (const key of [other, dead, plain]) expect(await list(key)).toEqual([]);
        const under = await rotated();
        await govern(under);
        const { id } = await start(under);
        await revoke(under, 1, 'compromised');
        expect(await list(under)).toEqual([id]);
      });

      it('are for who may start them', async () => {
        const administrator = await bed.arriveAs('administrator');
        const permissions = ['policy.set', 'key.describe'];
        await bed.kms.change(createRole, { name: 'policy-setter', permissions }, administrator);
        const setter = await bed.arriveAs('policy-setter');
        const key = await create();
        expect(await codeOf(bed.kms.change(setKeyPolicy, { ...key, policy }, setter))).toBe('permission-denied');
      });
    });
  });
}
