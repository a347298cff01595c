import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KmsError } from '../../../src/errors.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { revokeCredential } from '../../../src/operations/access/revoke-credential.js';
import { revokeToken } from '../../../src/operations/access/revoke-token.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { startCampaign } from '../../../src/operations/campaigns/start-campaign.js';
import { closeCampaign } from '../../../src/operations/campaigns/end-campaign.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import type { Deps } from '../../../src/operations/deps.js';
import { cancelKeyDestruction } from '../../../src/operations/keys/cancel-key-destruction.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { scheduleKeyDestruction } from '../../../src/operations/keys/schedule-key-destruction.js';
import { Kms } from '../../../src/operations/kms.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import { destroyVersion } from '../../../src/operations/versions/destroy-version.js';
import { revokeVersion } from '../../../src/operations/versions/revoke-version.js';
import { createWebhook } from '../../../src/operations/webhooks/create-webhook.js';
import { approvalOf, Governed } from '../../support/governed.js';
import { arriveAsWebhookAdmin } from '../../support/webhook-admin.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;

/** What is told as what, on whatever the outbox is stored in. */
export function eventTypesSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`events of each type, ${place}`, () => {
    let bed: TestBed;
    let keyAdmin: Arrival;
    let webhook: string;
    const seen = new Set<string>();

    beforeAll(async () => {
      bed = await makeBed();
      keyAdmin = await bed.arriveAs('key-admin');
      const admin = await arriveAsWebhookAdmin(bed);
      // Nothing is sent: what is in the outbox is looked at.
      webhook = (await bed.kms.change(createWebhook, { url: 'https://hooks.example/' }, admin)).output.id;
    });
    afterAll(() => bed.dispose());

    /** What was told since the last time, the oldest first: type, and data. */
    const told = async () => {
      const all = (await bed.deps.outbox.list(webhook, { limit: 1000 })).toReversed();
      const fresh = all.filter(({ id }) => !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      return fresh.map(({ body }) => JSON.parse(body));
    };
    const typesTold = async () => (await told()).map(({ type }) => String(type).replace('keystead.', ''));
    const newKey = async () => {
      const { output } = await bed.kms.change(createKey, { keyring: 'default' }, keyAdmin);
      return { keyring: 'default', key: output.id };
    };
    const govern = async (policy: object) => {
      const key = await newKey();
      await bed.kms.change(setKeyPolicy, { ...key, policy: { ...policy } }, keyAdmin);
      return key;
    };
    const advance = async (ms: number, kms = bed.kms, deps = bed.deps) => {
      bed.clock.advance(ms);
      await runMaintenance(kms, deps);
    };

    it('keys and versions, by people', async () => {
      const key = await newKey();
      await bed.kms.change(rotateKey, key, keyAdmin);
      await bed.kms.change(revokeVersion, { ...key, version: 1, reason: 'superseded' }, keyAdmin);
      await bed.kms.change(destroyVersion, { ...key, version: 1 }, keyAdmin);
      await bed.kms.change(scheduleKeyDestruction, { ...key, windowDays: 7 }, keyAdmin);
      await bed.kms.change(cancelKeyDestruction, key, keyAdmin);
      await bed.kms.change(scheduleKeyDestruction, { ...key, windowDays: 7 }, keyAdmin);
      await advance(8 * DAY);
      expect(await typesTold()).toEqual([
        'key.rotated',
        'version.revoked',
        'version.destroyed',
        'key.destruction-scheduled',
        'key.destruction-cancelled',
        'key.destruction-scheduled',
        'key.destroyed',
      ]);
    });

    it('what policies do, with the rule', async () => {
      const policy = { rotate: { every: '30d' }, retire: { after: '10d' }, expire: { after: '45d' } };
      const { key } = await govern({ ...policy, notify: { before: ['1d'] } });
      for (let days = 0; days < 46; days++) await advance(DAY);
      const events = await told();
      expect(events.map(({ type, data }) => [type, data.rule])).toEqual([
        ['keystead.key.rotated', 'rotate.every'],
        ['keystead.version.retired', 'retire.after'],
        ['keystead.key.expiring', 'notify.before'],
        ['keystead.key.expired', 'expire.after'],
      ]);
      for (const { data } of events) {
        expect(data).toMatchObject({ key: { id: key }, policy: 'key', caller: { id: 'system:rotation' } });
      }
    });

    it('a rotation that fails, once, and is overdue', async () => {
      const { key } = await govern({ rotate: { every: '30d' }, notify: { before: ['1d'] } });
      await govern({ unused: { after: '30d' } });
      const secrets = new Proxy(bed.deps.secrets, {
        get(target, name) {
          if (name === 'wrappingKey') {
            return () => Promise.reject(new KmsError('root-unavailable', 'the root is away'));
          }
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const deps: Deps = Object.create(bed.deps, { secrets: { value: secrets } });
      await advance(30 * DAY, new Kms(deps), deps);
      const [failed, ...others] = await told();
      expect(failed.type).toBe('keystead.key.rotation-failed');
      expect(others).toMatchObject([{ type: 'keystead.key.unused' }]);
      expect(failed.data).toMatchObject({ outcome: 'error', code: 'root-unavailable', key: { id: key } });
      await advance(2 * DAY, new Kms(deps), deps);
      expect(new Set(await typesTold())).toEqual(new Set(['key.rotation-overdue', 'key.rotation-failed']));
    });

    it('campaigns', async () => {
      const key = await newKey();
      await bed.kms.change(rotateKey, key, keyAdmin);
      const { output } = await bed.kms.change(startCampaign, { ...key, from: [1] }, keyAdmin);
      await bed.kms.change(closeCampaign, { campaign: output.id }, keyAdmin);
      const events = await told();
      expect(events.map(({ type }) => type).filter((type) => /campaign/.test(type))).toEqual([
        'keystead.campaign.started',
        'keystead.campaign.closed',
      ]);
      expect(events.at(-1).data).toMatchObject({ campaign: output.id });
    });

    it('requests and their decisions, and that a guarded operation was done', async () => {
      const governed = await Governed.in(bed);
      const asker = await governed.member('administrator');
      const { id: keyring, approvers } = await governed.keyring(1);
      const app = await governed.member(undefined, undefined, { type: 'service' });
      await told();
      const binding = { caller: app.id, role: 'crypto-user', scope: { keyring } };
      const ask = async (approval?: string) => bed.kms.change(createBinding, binding, await asker.arrive(approval));
      const approval = await approvalOf(ask());
      // Asked again it is the same request, and sent too early it is no new one either.
      expect(await approvalOf(ask())).toBe(approval);
      expect(await approvalOf(ask(approval))).toBe(approval);
      await governed.approve(approval, approvers[0]!);
      await ask(approval);
      const events = await told();
      expect(events.map(({ type }) => type)).toEqual([
        'keystead.approval.requested',
        'keystead.approval.decided',
        'keystead.guarded-operation.done',
      ]);
      expect(events.map(({ data }) => [data.operation, data.approval])).toEqual([
        ['binding.create', approval],
        ['approval.decide', approval],
        ['binding.create', approval],
      ]);
      expect(events[1].data).toMatchObject({
        verdict: 'approve',
        state: 'approved',
        requestedOperation: 'binding.create',
      });
    });

    it('what ends unused, or soon will although it is used', async () => {
      const idle = await govern({ unused: { after: '20d' } });
      const retiring = { rotate: { every: '30d' }, retire: { after: '20d' }, notify: { before: ['5d'] } };
      const { key } = await govern(retiring);
      const app = await bed.arriveAs('crypto-user');
      const call = { keyring: 'default', key, plaintext: Buffer.from('x') };
      const { ciphertext } = await bed.kms.perform(encrypt, call, app);
      await advance(20 * DAY);
      await advance(10 * DAY);
      await advance(10 * DAY);
      await bed.kms.perform(decrypt, { keyring: 'default', ciphertext }, app);
      await advance(5 * DAY);
      const ofThese = (await told()).filter(({ data }) => [idle.key, key].includes(data.key?.id));
      expect(ofThese.map(({ type }) => type)).toEqual([
        'keystead.key.unused',
        'keystead.key.rotated',
        'keystead.version.retiring',
      ]);
    });

    it('the revocation of a credential', async () => {
      const admin = await bed.arriveAs('administrator');
      const { caller } = await bed.arriveAs('auditor', { everything: true }, 'told-of');
      const { id } = (await bed.kms.change(createToken, { caller: caller.id }, admin)).output;
      await bed.kms.change(revokeToken, { caller: caller.id, token: id }, admin);
      const { id: other } = (await bed.kms.change(createToken, { caller: caller.id }, admin)).output;
      await bed.kms.change(revokeCredential, { caller: caller.id, credential: other }, admin);
      const events = await told();
      expect(events.map(({ type, subject }) => [type, subject])).toEqual([
        ['keystead.credential.revoked', `caller/${caller.id}`],
        ['keystead.credential.revoked', `caller/${caller.id}`],
      ]);
    });
  });
}
