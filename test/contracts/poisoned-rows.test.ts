import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../../src/operations/arrival.js';
import { encrypt } from '../../src/operations/crypto/encrypt.js';
import { createKey } from '../../src/operations/keys/create-key.js';
import { runMaintenance } from '../../src/operations/maintenance.js';
import { setKeyPolicy } from '../../src/operations/policies/set-key-policy.js';
import { listVersions } from '../../src/operations/versions/list-versions.js';
import { createWebhook } from '../../src/operations/webhooks/create-webhook.js';
import { makePostgresBed, type PostgresBed } from '../support/postgres-bed.js';
import { arriveAsWebhookAdmin } from '../support/webhook-admin.js';

const DAY = 86_400_000;

/** Somebody with the database writes moments that are none: past the checks, or before there were any. */
describe('a row that nobody can make sense of', () => {
  let bed: PostgresBed;
  let admin: Arrival;
  let app: Arrival;
  let administrator: Arrival;

  beforeAll(async () => {
    bed = await makePostgresBed();
    admin = await bed.arriveAs('key-admin');
    app = await bed.arriveAs('crypto-user');
    administrator = await arriveAsWebhookAdmin(bed);
    await bed.query('alter table due_key drop constraint due_key_finite');
    await bed.query('alter table key_use drop constraint key_use_finite');
  });
  afterAll(() => bed.dispose());

  const govern = async () => {
    const { output } = await bed.kms.change(createKey, { keyring: 'default' }, admin);
    const key = { keyring: 'default', key: output.id };
    await bed.kms.change(setKeyPolicy, { ...key, policy: { rotate: { every: '30d' } } }, admin);
    await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, app);
    return key;
  };
  const versionsOf = async (key: { keyring: string; key: string }) =>
    (await bed.kms.perform(listVersions, key, admin)).items.length;
  const failuresTold = async (webhook: string) =>
    (await bed.deps.outbox.list(webhook, { limit: 100 }))
      .map(({ body }) => JSON.parse(body))
      .filter(({ type }) => type === 'keystead.key.rotation-failed');

  it.each([
    ['used for ever', `update key_use set used_at = 'infinity' where key_id = $1`],
    ['used before all time', `update key_use set used_at = '-infinity' where key_id = $1`],
    ['used in a year that no date reaches', `update key_use set used_at = '290000-01-01' where key_id = $1`],
    ['told of for ever', `update due_key set told_through = 'infinity' where key_id = $1`],
  ])('%s holds up no other key, and is told of once', async (_what, poison) => {
    const [poisoned, ...healthy] = [await govern(), await govern(), await govern()] as const;
    await bed.deps.usage.flush();
    await runMaintenance(bed.kms, bed.deps);
    await bed.query(poison, [poisoned.key]);
    bed.clock.advance(30 * DAY);
    const { output } = await bed.kms.change(createWebhook, { url: 'https://hooks.example/' }, administrator);

    expect(await runMaintenance(bed.kms, bed.deps)).toMatchObject({ failed: 1 });
    for (const key of healthy) expect(await versionsOf(key)).toBe(2);
    expect(await versionsOf(poisoned)).toBe(1);
    const failed = { key: poisoned.key, caller: 'system:rotation', limit: 10 };
    expect(await bed.deps.journal.query(failed)).toMatchObject([
      { operation: 'key.rotate', outcome: 'error', code: 'integrity-failure' },
    ]);
    const told = await failuresTold(output.id);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ data: { key: { id: poisoned.key }, code: 'integrity-failure' } });
    // It waits for its turn.
    expect(await runMaintenance(bed.kms, bed.deps)).toMatchObject({ applied: 0, failed: 0 });

    await bed.query('delete from key_use where key_id = $1', [poisoned.key]);
    await bed.query('update due_key set told_through = null where key_id = $1', [poisoned.key]);
    bed.clock.advance(60_000);
    expect(await runMaintenance(bed.kms, bed.deps)).toMatchObject({ applied: 1, failed: 0 });
    expect(await versionsOf(poisoned)).toBe(2);
  });
});
