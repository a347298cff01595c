import { expect, it } from '@jest/globals';
import { createWebhook } from '../../src/operations/webhooks/create-webhook.js';
import { testWebhook } from '../../src/operations/webhooks/test-webhook.js';
import { makePostgresBed } from '../support/postgres-bed.js';
import { eventsSuite } from '../unit/operations/events.suite.js';
import { eventTypesSuite } from '../unit/operations/event-types.suite.js';

const DAY = 86_400_000;

eventsSuite('on PostgreSQL', makePostgresBed);
eventTypesSuite('on PostgreSQL', makePostgresBed);

it('what was delivered is kept for a week, what is dead for a month, what is pending always', async () => {
  const bed = await makePostgresBed();
  const { kms, deps, clock } = bed;
  const admin = await bed.arriveAs('administrator');
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
  expect(await kept(6)).toEqual(['dead', 'delivered', 'pending']);
  expect(await kept(7)).toEqual(['dead', 'pending']);
  expect(await kept(30)).toEqual(['pending']);
  await deps.outbox.release(third?.id ?? '');
  expect(await deps.outbox.waiting([webhook], at)).toEqual([webhook]);
  await bed.dispose();
});
