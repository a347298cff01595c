import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OperationName } from '../../../src/access/permissions.js';
import { createRole } from '../../../src/operations/access/create-role.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { explainAccess } from '../../../src/operations/access/explain-access.js';
import { whoCan } from '../../../src/operations/access/who-can.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { createWebhook } from '../../../src/operations/webhooks/create-webhook.js';
import { listDeliveries } from '../../../src/operations/webhooks/list-deliveries.js';
import { listWebhooks } from '../../../src/operations/webhooks/list-webhooks.js';
import { redeliver } from '../../../src/operations/webhooks/redeliver.js';
import { testWebhook } from '../../../src/operations/webhooks/test-webhook.js';
import { codeOf } from '../../support/code-of.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';
import { arriveAsWebhookAdmin } from '../../support/webhook-admin.js';

const NOBODY = '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60';
const url = 'https://hooks.example/';

let bed: TestBed;
/** Who administers and may read what is told: everything, nothing, or of one keyring. */
let both: Arrival;
let alone: Arrival;
let ofOne: Arrival;

beforeAll(async () => {
  bed = await makeMemoryBed();
  alone = await bed.arriveAs('administrator');
  both = await arriveAsWebhookAdmin(bed);
  await bed.kms.change(createKeyring, { name: 'apart' }, alone);
  await bed.kms.change(createRole, { name: 'reader', permissions: ['audit.read'] }, alone);
  ofOne = await bed.arriveAs('administrator');
  const binding = { caller: ofOne.caller.id, role: 'reader', scope: { keyring: 'apart' } };
  await bed.kms.change(createBinding, binding, alone);
});
afterAll(() => bed.dispose());

const make = async (arrival: Arrival, keyring?: string) =>
  bed.kms.change(createWebhook, { url, ...(keyring !== undefined && { keyring }) }, arrival);
const list = async (webhook: string, arrival: Arrival) => bed.kms.perform(listDeliveries, { webhook }, arrival);
const sendAgain = async (webhook: string, arrival: Arrival) =>
  bed.kms.change(redeliver, { webhook, delivery: NOBODY }, arrival);
const explain = async ({ caller }: Arrival, operation: OperationName, resource = 'install') =>
  bed.kms.perform(explainAccess, { caller: caller.id, operation, resource }, alone);

it('webhooks are made by who may read what they tell', async () => {
  expect(await codeOf(make(alone))).toBe('permission-denied');
  expect(await codeOf(make(alone, 'default'))).toBe('permission-denied');
  expect(await codeOf(make(alone, 'nowhere'))).toBe('keyring-not-found');
  expect(await codeOf(make(await bed.arriveAs('auditor'), 'nowhere'))).toBe('permission-denied');
  expect(await codeOf(make(ofOne))).toBe('permission-denied');
  expect(await codeOf(make(ofOne, 'default'))).toBe('permission-denied');
  expect((await make(ofOne, 'apart')).output.secret).toMatch(/^whsec_/);
  expect((await make(both)).output.secret).toMatch(/^whsec_/);
});

it('deliveries are listed, and sent again, by who may read what they tell', async () => {
  const ofAll = (await make(both)).output.id;
  const ofApart = (await make(both, 'apart')).output.id;
  await bed.kms.change(testWebhook, { webhook: ofAll }, alone);
  for (const id of [ofAll, ofApart, NOBODY]) {
    expect(await codeOf(list(id, alone))).toBe('permission-denied');
    expect(await codeOf(sendAgain(id, alone))).toBe('permission-denied');
  }
  for (const reader of [both, await bed.arriveAs('auditor')]) {
    expect((await list(ofAll, reader)).items).toHaveLength(1);
    expect(await codeOf(list(NOBODY, reader))).toBe('webhook-not-found');
  }
  expect(await codeOf(sendAgain(ofAll, both))).toBe('delivery-not-found');
  expect(await codeOf(list(ofAll, ofOne))).toBe('permission-denied');
  expect(await codeOf(sendAgain(ofAll, ofOne))).toBe('permission-denied');
  expect((await list(ofApart, ofOne)).items).toEqual([]);
  expect(await codeOf(sendAgain(ofApart, ofOne))).toBe('delivery-not-found');
  // The webhooks themselves are configuration, and any administrator's.
  expect((await bed.kms.perform(listWebhooks, {}, alone)).items.map(({ id }) => id)).toContain(ofAll);
});

it('the refusal says what is missing, and how to get it', async () => {
  await expect(make(alone)).rejects.toThrow(
    /webhook\.create also needs audit\.read, .* bind auditor besides, or a role with both/,
  );
  await expect(list(NOBODY, alone)).rejects.toThrow(/delivery\.list also needs audit\.read/);
});

it('access is explained so, and who can is who has both', async () => {
  for (const operation of ['webhook.create', 'webhook.redeliver', 'delivery.list'] as const) {
    const refused = { allowed: false, reason: 'needs-other-permission', missing: ['audit.read'] };
    expect(await explain(alone, operation)).toMatchObject(refused);
    expect(await explain(ofOne, operation)).toMatchObject(refused);
    expect(await explain(ofOne, operation, 'keyrings/apart')).toMatchObject({ allowed: true, missing: [] });
    expect(await explain(both, operation)).toMatchObject({ allowed: true, reason: 'allowed', missing: [] });
    const { items } = await bed.kms.perform(whoCan, { operation }, alone);
    const able = items.map(({ id }) => id);
    expect(able).toContain(both.caller.id);
    expect(able).not.toContain(alone.caller.id);
    expect(able).not.toContain(ofOne.caller.id);
  }
});
