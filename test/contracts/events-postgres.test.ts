import { expect, it } from '@jest/globals';
import { MOST_KEPT, MOST_PENDING, PAUSE_MS } from '../../src/events/bounds.js';
import { cloudEvent } from '../../src/events/cloud-event.js';
import { PING } from '../../src/events/event-types.js';
import { HttpWebhookSender } from '../../src/events/http-webhook-sender.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { EventDelivery } from '../../src/operations/events/event-delivery.js';
import { newDelivery } from '../../src/operations/events/new-delivery.js';
import { createWebhook } from '../../src/operations/webhooks/create-webhook.js';
import { getWebhook } from '../../src/operations/webhooks/get-webhook.js';
import { testWebhook } from '../../src/operations/webhooks/test-webhook.js';
import { arriveAsWebhookAdmin } from '../support/webhook-admin.js';
import { Receiver } from '../support/receiver.js';
import { makePostgresBed } from '../support/postgres-bed.js';
import { eventsSuite } from '../unit/operations/events.suite.js';
import { eventTypesSuite } from '../unit/operations/event-types.suite.js';

const DAY = 86_400_000;

async function send(delivery: EventDelivery): Promise<void> {
  await delivery.begin();
  await delivery.settled();
}

eventsSuite('on PostgreSQL', makePostgresBed);
eventTypesSuite('on PostgreSQL', makePostgresBed);

it('what was delivered is kept for a week, what is dead for a month, what is pending until it is given up', async () => {
  const bed = await makePostgresBed();
  const { kms, deps, clock } = bed;
  const admin = await arriveAsWebhookAdmin(bed);
  const { id: webhook } = (await kms.change(createWebhook, { url: 'https://hooks.example/' }, admin)).output;
  for (let pings = 0; pings < 3; pings++) await kms.change(testWebhook, { webhook }, admin);
  const at = new Date(clock.now());
  expect(await deps.outbox.oldestPending()).toEqual(at);
  const [first, second, third] = await deps.outbox.claim(webhook, at, 3);
  expect(await deps.outbox.waiting([webhook], at)).toEqual([]);
  await deps.outbox.delivered(first?.id ?? '', 200, at);
  await deps.outbox.failed(second?.id ?? '', { at, error: 'status', status: 404, dueAt: undefined });
  const kept = async (days: number) => {
    await deps.maintenance.purge(new Date(at.getTime() + days * DAY + 1));
    return (await deps.outbox.list(webhook, { limit: 10 })).map(({ state }) => state).toSorted();
  };
  expect(await kept(2)).toEqual(['dead', 'delivered', 'pending']);
  await deps.outbox.release(third?.id ?? '');
  expect(await deps.outbox.waiting([webhook], at)).toEqual([webhook]);
  expect(await kept(3)).toEqual(['dead', 'dead', 'delivered']);
  const expired = (await deps.outbox.list(webhook, { limit: 10 })).find(({ id }) => id === third?.id);
  expect(expired).toMatchObject({ lastError: 'expired', attempts: 0 });
  expect(await kept(7)).toEqual(['dead', 'dead']);
  expect(await kept(30)).toEqual(['dead']);
  expect(await kept(34)).toEqual([]);
  await bed.dispose();
});

it('a webhook has room for so much and no more: what comes on top is dead, and shown', async () => {
  const bed = await makePostgresBed();
  const { kms, deps, clock } = bed;
  const admin = await arriveAsWebhookAdmin(bed);
  const { id: webhook } = (await kms.change(createWebhook, { url: 'https://hooks.example/' }, admin)).output;
  const event = cloudEvent({ id: uuidv7(), type: PING, source: '/api/v1', subject: 'install', time: '', data: {} });
  const put = (many: number) =>
    deps.ledger.change([], (change) =>
      change.outbox.put(Array.from({ length: many }, () => newDelivery(deps, webhook, event))),
    );
  await put(MOST_PENDING - 1);
  await put(3);
  await kms.change(testWebhook, { webhook }, admin);
  expect((await kms.perform(getWebhook, { webhook }, admin)).health).toMatchObject({
    pending: MOST_PENDING,
    dropped: 3,
  });
  expect((await deps.outbox.list(webhook, { limit: 1 }))[0]).toMatchObject({ state: 'dead', lastError: 'outbox-full' });
  // Of what is over the newest are kept.
  await deps.maintenance.purge(new Date(clock.now() + 3 * DAY + 1));
  expect((await kms.perform(getWebhook, { webhook }, admin)).health).toMatchObject({ pending: 0, dropped: 3 });
  expect(await deps.outbox.list(webhook, { limit: 2 * MOST_KEPT })).toHaveLength(MOST_KEPT);
  await bed.dispose();
});

it('a webhook that does not answer in time is paused, shown so, and then tried one delivery at a time', async () => {
  const bed = await makePostgresBed();
  const { kms, deps, clock } = bed;
  const admin = await arriveAsWebhookAdmin(bed);
  const receiver = await Receiver.start();
  const { id: webhook } = (await kms.change(createWebhook, { url: receiver.url }, admin)).output;
  const health = async () => (await kms.perform(getWebhook, { webhook }, admin)).health;
  const hasty = new EventDelivery(deps, deps.outbox, new HttpWebhookSender(200));
  receiver.answer = 'hang';
  for (let pings = 0; pings < 12; pings++) await kms.change(testWebhook, { webhook }, admin);
  await send(hasty);
  await send(hasty);
  const pausedUntil = new Date(clock.now() + PAUSE_MS);
  expect(await health()).toEqual({ pending: 12, dropped: 0, timeouts: 8, pausedUntil });
  clock.advance(PAUSE_MS);
  await send(hasty);
  expect(await health()).toMatchObject({ timeouts: 9, pausedUntil: new Date(clock.now() + PAUSE_MS) });
  receiver.answer = 204;
  clock.advance(PAUSE_MS);
  await send(new EventDelivery(deps, deps.outbox, new HttpWebhookSender()));
  expect(await health()).toEqual({ pending: 0, dropped: 0, timeouts: 0, pausedUntil: null });
  await receiver.stop();
  await bed.dispose();
});
