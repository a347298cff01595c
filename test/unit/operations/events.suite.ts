import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { HttpWebhookSender } from '../../../src/events/http-webhook-sender.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { EventDelivery } from '../../../src/operations/events/event-delivery.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { revokeKey } from '../../../src/operations/keys/revoke-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { createWebhook, type CreateWebhookInput } from '../../../src/operations/webhooks/create-webhook.js';
import { deleteWebhook } from '../../../src/operations/webhooks/delete-webhook.js';
import { listDeliveries } from '../../../src/operations/webhooks/list-deliveries.js';
import { redeliver } from '../../../src/operations/webhooks/redeliver.js';
import { testWebhook } from '../../../src/operations/webhooks/test-webhook.js';
import { codeOf } from '../../support/code-of.js';
import { Receiver } from '../../support/receiver.js';
import { arriveAsWebhookAdmin } from '../../support/webhook-admin.js';
import { until } from '../../support/until.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY = 86_400_000;

function fail(): never {
  throw new Error('nothing was received');
}

/** What webhooks are told, by real HTTP, from whatever the outbox is stored in. */
export function eventsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`events, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let keyAdmin: Arrival;
    let receiver: Receiver;
    let delivery: EventDelivery;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await arriveAsWebhookAdmin(bed);
      keyAdmin = await bed.arriveAs('key-admin');
    });
    afterAll(() => bed.dispose());
    beforeEach(async () => {
      receiver = await Receiver.start();
      delivery = deliveryBy(new HttpWebhookSender());
    });
    afterEach(async () => {
      await delivery.stop();
      await receiver.stop();
      for (const id of (await bed.deps.ledger.install()).webhooks.keys()) await remove(id);
    });

    const deliveryBy = (sender: HttpWebhookSender) => new EventDelivery(bed.deps, bed.deps.outbox, sender, () => 0.5);
    const remove = (webhook: string) => bed.kms.change(deleteWebhook, { webhook }, admin);
    const add = async (input: Partial<CreateWebhookInput> = {}) =>
      (await bed.kms.change(createWebhook, { url: receiver.url, ...input }, admin)).output;
    const newKey = async (name?: string, keyring = 'default') => {
      const input = { keyring, ...(name !== undefined && { name }) };
      return { keyring, key: (await bed.kms.change(createKey, input, keyAdmin)).output.id };
    };
    const rotate = async (key: { readonly keyring: string; readonly key: string }) =>
      bed.kms.change(rotateKey, key, keyAdmin);
    const send = async () => {
      await delivery.begin();
      await delivery.settled();
    };
    const deliveriesOf = async (webhook: string) => (await bed.kms.perform(listDeliveries, { webhook }, admin)).items;

    it('a change is told once, signed, as a CloudEvent', async () => {
      const { id, secret = '' } = await add();
      const key = await newKey('told');
      await rotate(key);
      await send();
      await send();
      expect(receiver.types).toEqual(['keystead.key.rotated']);
      const { headers, body } = receiver.received[0] ?? fail();
      expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
      // The signature is as old as the clock of the test: what the receiver holds against replays is not tried here.
      expect(Number(headers['webhook-timestamp'])).toBe(Math.floor(bed.clock.now() / 1000));
      const event = JSON.parse(body);
      expect(event).toMatchObject({
        specversion: '1.0',
        id: headers['webhook-id'],
        source: `/api/v1/keyrings/${bed.keyringId}`,
        subject: `key/${key.key}`,
        data: {
          operation: 'key.rotate',
          caller: { id: keyAdmin.caller.id },
          keyring: { id: bed.keyringId, name: 'default' },
          key: { id: key.key, name: 'told' },
          version: 2,
        },
      });
      const [record] = await bed.deps.journal.query({ operation: 'key.rotate', key: key.key, limit: 1 });
      expect(event.data.record).toBe(record?.id);
      const [made] = await deliveriesOf(id);
      expect(made).toMatchObject({ state: 'delivered', attempts: 0, lastStatus: 204, event: { id: event.id } });
      const attempt = new Date(bed.clock.now());
      const signed = new Webhook(secret).sign(event.id, attempt, body);
      expect(headers['webhook-signature']).toBe(signed);
    });

    it('a change that fails is told to nobody, and what is not asked for neither', async () => {
      await add({ types: ['keystead.key.revoked'] });
      const key = await newKey();
      await rotate(key);
      const revoke = { ...key, reason: 'compromised' } as const;
      await bed.kms.change(revokeKey, revoke, keyAdmin);
      expect(await codeOf(bed.kms.change(revokeKey, { ...revoke, reason: 'no' as 'ceased' }, keyAdmin))).toBe(
        'invalid-request',
      );
      await send();
      expect(receiver.types).toEqual(['keystead.key.revoked']);
      expect(JSON.parse(receiver.received[0]?.body ?? '').data).toMatchObject({
        reason: 'compromised',
        versions: [1, 2],
      });
    });

    it('of another keyring nothing is told', async () => {
      await bed.kms.change(createKeyring, { name: 'apart' }, admin);
      await add({ keyring: 'apart' });
      await rotate(await newKey());
      await rotate(await newKey('of-apart', 'apart'));
      await send();
      expect(receiver.received.map(({ body }) => JSON.parse(body).data.key.name)).toEqual(['of-apart']);
    });

    it('a receiver that fails is tried again, later and later, with the same id', async () => {
      const { id } = await add();
      receiver.answer = 500;
      await rotate(await newKey());
      for (const [attempts, wait] of [5, 15, 45].entries()) {
        await send();
        await send();
        expect(receiver.received).toHaveLength(attempts + 1);
        const [failed] = await deliveriesOf(id);
        expect(failed).toMatchObject({
          state: 'pending',
          attempts: attempts + 1,
          lastStatus: 500,
          lastError: 'status',
        });
        expect((failed?.nextAttemptAt?.getTime() ?? 0) - bed.clock.now()).toBe(wait * 1000);
        bed.clock.advance(wait * 1000);
      }
      receiver.answer = 200;
      await send();
      expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'delivered', lastStatus: 200, lastError: null });
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    });

    it('a letter that is dead is shown, and can be sent again', async () => {
      const { id } = await add();
      receiver.answer = 404;
      await rotate(await newKey());
      for (let attempts = 0; attempts < 15; attempts++) {
        await send();
        bed.clock.advance(DAY / 2);
      }
      const [dead] = (await bed.kms.perform(listDeliveries, { webhook: id, state: 'dead' }, admin)).items;
      expect(dead).toMatchObject({ lastStatus: 404, nextAttemptAt: null });
      const tried = receiver.received.length;
      expect(tried).toBeLessThanOrEqual(15);
      await send();
      expect(receiver.received).toHaveLength(tried);
      receiver.answer = 200;
      const [ofDead, ofNone] = [dead?.id ?? '', '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60'];
      await bed.kms.change(redeliver, { webhook: id, delivery: ofDead }, admin);
      await send();
      expect((await deliveriesOf(id))[0]).toMatchObject({ id: ofDead, state: 'delivered' });
      for (const delivery of [ofNone, 'nonsense']) {
        expect(await codeOf(bed.kms.change(redeliver, { webhook: id, delivery }, admin))).toBe('delivery-not-found');
      }
    });

    it('a redirect is not followed', async () => {
      const elsewhere = await Receiver.start();
      const { id } = await add();
      receiver.answer = { status: 307, location: elsewhere.url };
      await rotate(await newKey());
      await send();
      expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'pending', lastStatus: 307, lastError: 'redirect' });
      expect(elsewhere.received).toEqual([]);
      await elsewhere.stop();
    });

    it('of several nodes one sends each event', async () => {
      await add();
      const key = await newKey();
      for (let rotations = 0; rotations < 20; rotations++) await rotate(key);
      const nodes = [delivery, deliveryBy(new HttpWebhookSender()), deliveryBy(new HttpWebhookSender())];
      await Promise.all(nodes.map((node) => node.begin()));
      await Promise.all(nodes.map((node) => node.settled()));
      const versions = receiver.received.map(({ body }) => Number(JSON.parse(body).data.version));
      expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 2));
    });

    it('a receiver that hangs keeps no other waiting, and is given up', async () => {
      const other = await Receiver.start();
      const { id } = await add();
      await add({ url: other.url });
      receiver.answer = 'hang';
      const keys = [await newKey(), await newKey(), await newKey(), await newKey(), await newKey(), await newKey()];
      for (const key of keys) await rotate(key);
      await delivery.begin();
      await until(() => other.received.length === keys.length);
      // A few at a time wait for the one that hangs: never all.
      expect(receiver.received.length).toBeLessThanOrEqual(4);
      await delivery.stop();
      delivery = deliveryBy(new HttpWebhookSender(200));
      await send();
      expect((await deliveriesOf(id)).map(({ lastError }) => lastError)).toEqual(keys.map(() => 'timeout'));
      await other.stop();
    });

    it('what is under way when the service stops is sent by whoever comes after', async () => {
      const { id } = await add();
      receiver.answer = 'hang';
      await rotate(await newKey());
      await delivery.begin();
      await until(() => receiver.received.length > 0);
      await delivery.stop();
      expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'pending', attempts: 0, lastError: null });
      receiver.answer = 200;
      delivery = deliveryBy(new HttpWebhookSender());
      await send();
      expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'delivered' });
    });

    it('a ping is sent to its webhook, whatever that takes', async () => {
      const { id } = await add({ types: ['keystead.campaign.closed'] });
      await add({ url: `${receiver.url}/other` });
      const { output } = await bed.kms.change(testWebhook, { webhook: id }, admin);
      await send();
      expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
      expect(receiver.types).toEqual(['keystead.webhook.ping']);
      expect((await deliveriesOf(id))[0]).toMatchObject({ id: output.id, state: 'delivered' });
    });

    it('a webhook that is made twice under one key is made once, and its secret is shown once', async () => {
      const once = await arriveAsWebhookAdmin(bed, 'once');
      const [first, again] = [
        await bed.kms.change(createWebhook, { url: receiver.url }, once),
        await bed.kms.change(createWebhook, { url: receiver.url }, once),
      ];
      expect(first.output.secret).toMatch(/^whsec_/);
      const { secret: _shown, ...rest } = first.output;
      expect(again).toEqual({ output: rest, replayed: true });
      expect((await bed.deps.ledger.install()).webhooks.size).toBe(1);
    });

    it('webhooks are made with known types and keyrings only, and not without end', async () => {
      expect(await codeOf(add({ types: ['keystead.key.stolen'] }))).toBe('invalid-request');
      expect(await codeOf(add({ types: [] }))).toBe('invalid-request');
      expect(await codeOf(add({ keyring: 'nowhere' }))).toBe('keyring-not-found');
      for (let made = 0; made < 50; made++) await add();
      expect(await codeOf(add())).toBe('limit-reached');
    });

    it('with its webhook ends what was not sent', async () => {
      const { id } = await add();
      await rotate(await newKey());
      await remove(id);
      await send();
      expect(receiver.received).toEqual([]);
      expect(await bed.deps.outbox.list(id, { limit: 10 })).toEqual([]);
      expect(await codeOf(deliveriesOf(id))).toBe('webhook-not-found');
    });
  });
}
