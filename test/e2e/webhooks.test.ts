import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { Webhook } from 'standardwebhooks';
import { Receiver } from '../support/receiver.js';
import { selfSigned } from '../support/self-signed.js';
import { call, Server, type Tokens } from '../support/server.js';
import { webhookAdminToken } from '../support/webhook-admin.js';
import { until } from '../support/until.js';

const KEYS = '/api/v1/keyrings/default/keys';

/** One that the service is told to trust, and one that it is not. */
const [known, unknown] = [selfSigned({ ip: [127, 0, 0, 1] }), selfSigned({ ip: [127, 0, 0, 1] })];

let server: Server;
let directory: string;
let tokens: Tokens;
let receiver: Receiver;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-webhooks-'));
  await writeFile(join(directory, 'known.pem'), known.cert);
  server = await Server.start({ env: settings() });
  tokens = await server.tokens();
  tokens = { ...tokens, admin: await webhookAdminToken(server, tokens.admin) };
});
afterAll(async () => {
  await server.remove();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.stop());

const settings = () => ({
  KEYSTEAD_TEST_CLOCK: '1',
  KEYSTEAD_METRICS: 'open',
  NODE_EXTRA_CA_CERTS: join(directory, 'known.pem'),
  // A mistake that must not reach webhooks.
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
});

async function done(person: keyof Tokens, method: string, path: string, body?: unknown) {
  const answer = await call(server, tokens[person], method, path, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const add = (input: object = {}) => done('admin', 'POST', '/api/v1/webhooks', { url: receiver.url, ...input });
const remove = (id: string) => done('admin', 'DELETE', `/api/v1/webhooks/${id}`);
const makeKey = async () => (await done('keyAdmin', 'POST', KEYS, {})).id as string;
const deliveriesOf = async (id: string) => (await done('auditor', 'GET', `/api/v1/webhooks/${id}/deliveries`)).items;

async function alarms() {
  return (await done('auditor', 'GET', '/api/v1/audit/records?operation=integrity.alarm')).items;
}

async function openSql(): Promise<Client> {
  const sql = new Client({ host: join(server.dataDir, 'postgres', 'run'), user: 'keystead', database: 'keystead' });
  await sql.connect();
  return sql;
}

it('a receiver checks what it gets with the library of Standard Webhooks', async () => {
  const { id, secret } = await add({ types: ['keystead.key.revoked'] });
  const key = await makeKey();
  await done('keyAdmin', 'POST', `${KEYS}/${key}/revoke`, { reason: 'compromised' });
  await until(() => receiver.received.length > 0);
  const { headers, body } = receiver.received[0]!;
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  expect(new Webhook(secret).verify(body, sent)).toMatchObject({
    type: 'keystead.key.revoked',
    subject: `key/${key}`,
    data: { reason: 'compromised', operation: 'key.revoke' },
  });
  expect(() => new Webhook(secret).verify(body.replace('compromised', 'superseded'), sent)).toThrow();
  await until(async () => (await deliveriesOf(id))[0].state === 'delivered');
  const { body: metrics } = await call(server, undefined, 'GET', '/metrics');
  expect(metrics).toMatch(/^keystead_event_deliveries_total\{outcome="delivered"\} [1-9]/m);
  expect(metrics).toMatch(/^keystead_events_oldest_pending_seconds \d/m);
  await remove(id);
});

it('over TLS it is sent to receivers with a certificate of a trusted authority', async () => {
  const [trusted, strange] = [await Receiver.start(known), await Receiver.start(unknown)];
  const ids = [(await add({ url: trusted.url })).id, (await add({ url: strange.url })).id];
  for (const id of ids) await done('admin', 'POST', `/api/v1/webhooks/${id}/test`);
  await until(async () => (await deliveriesOf(ids[0])).some(({ state }: { state: string }) => state === 'delivered'));
  await until(async () => (await deliveriesOf(ids[1]))[0].lastError === 'tls');
  expect(trusted.types).toEqual(['keystead.webhook.ping']);
  expect(strange.received).toEqual([]);
  for (const id of ids) await remove(id);
  for (const one of [trusted, strange]) await one.stop();
});

it('a policy’s notices and ends are told, with the rule', async () => {
  const { id } = await add();
  const key = await makeKey();
  await done('keyAdmin', 'PUT', `${KEYS}/${key}/policy`, { expire: { after: '30d' }, notify: { before: ['7d'] } });
  await done('admin', 'POST', '/api/v1/test/clock', { advance: '24d' });
  await done('admin', 'POST', '/api/v1/test/clock', { advance: '7d' });
  const told = () => receiver.received.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.key?.id === key);
  await until(() => ['keystead.key.expiring', 'keystead.key.expired'].every((one) => receiver.types.includes(one)));
  expect(told().map(({ type, data }) => [type, data.rule, data.policy, data.testClock])).toEqual(
    expect.arrayContaining([
      ['keystead.key.expiring', 'notify.before', 'key', true],
      ['keystead.key.expired', 'expire.after', 'key', true],
    ]),
  );
  await remove(id);
});

it('what was committed is delivered by the next process, whether the first was killed before or during an attempt', async () => {
  const hanging = await Receiver.start();
  const ids = [(await add()).id, (await add({ url: hanging.url })).id];
  receiver.answer = 500;
  hanging.answer = 'hang';
  const key = await makeKey();
  await done('keyAdmin', 'POST', `${KEYS}/${key}/rotate`);
  await until(() => receiver.received.length > 0 && hanging.received.length > 0);
  await server.stop('SIGKILL');
  receiver.answer = 204;
  hanging.answer = 204;
  const { dataDir, port } = server;
  server = await Server.start({ dataDir, port, env: settings() });
  for (const id of ids) await until(async () => (await deliveriesOf(id))[0].state === 'delivered');
  for (const { received } of [receiver, hanging]) {
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  }
  for (const id of ids) await remove(id);
  await hanging.stop();
});

describe('whoever can write to the database', () => {
  it('does not make up an event that is then signed', async () => {
    const { id } = await add({ types: ['keystead.campaign.closed'] });
    await done('admin', 'POST', `/api/v1/webhooks/${id}/test`);
    await until(async () => (await deliveriesOf(id))[0].state === 'delivered');
    const sql = await openSql();
    await sql.query(`update event_delivery set state = 'pending', finished_at = null,
      body = replace(body, 'webhook.test', 'webhook.fake') where webhook_id = '${id}'`);
    await until(async () => (await deliveriesOf(id))[0].state === 'dead');
    expect((await deliveriesOf(id))[0]).toMatchObject({ lastError: 'integrity-failure', event: null, tampered: true });
    await sql.query(`update event_delivery set body = 'not JSON' where webhook_id = '${id}'`);
    await sql.end();
    const before = await alarms();
    expect(await deliveriesOf(id)).toMatchObject([{ event: null, tampered: true }]);
    const [alarm, ...earlier] = await alarms();
    expect(earlier).toEqual(before);
    expect(alarm).toMatchObject({ code: 'integrity-failure', resource: `webhook/${id}` });
    expect(receiver.received).toHaveLength(1);
    await remove(id);
  });

  it('does not have events sent elsewhere', async () => {
    const elsewhere = await Receiver.start();
    const { id } = await add();
    const other = await add({ types: ['keystead.campaign.closed'] });
    const sql = await openSql();
    await sql.query(`create table kept_webhook as select * from webhook`);
    await sql.query(`update webhook set url = '${elsewhere.url}' where id = '${id}'`);
    await until(
      async () => (await call(server, tokens.app, 'GET', '/api/v1/whoami')).body.code === 'integrity-failure',
    );
    expect((await call(server, tokens.keyAdmin, 'POST', KEYS, {})).body.code).toBe('integrity-failure');
    await sql.query(`update webhook set url = kept_webhook.url from kept_webhook where webhook.id = kept_webhook.id`);
    // Nor has he one signed with a secret that he knows, his own webhook's.
    await sql.query(
      `update webhook set secret = (select secret from webhook where id = '${id}') where id = '${other.id}'`,
    );
    await sql.end();
    await server.stop();
    const { dataDir, port } = server;
    server = await Server.start({ dataDir, port });
    await done('keyAdmin', 'POST', `${KEYS}/${await makeKey()}/rotate`);
    await until(() => receiver.received.length > 0);
    expect(elsewhere.received).toEqual([]);
    await done('admin', 'POST', `/api/v1/webhooks/${other.id}/test`);
    await until(async () => (await deliveriesOf(other.id))[0].state === 'dead');
    expect((await deliveriesOf(other.id))[0]).toMatchObject({ lastError: 'integrity-failure' });
    expect(receiver.types).toEqual(['keystead.key.rotated']);
    await elsewhere.stop();
  });
});
