import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { CreateKeyCommand, DescribeKeyCommand, EncryptCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { awsClient } from '../support/aws-client.js';
import { makeCallers } from '../support/make-callers.js';
import { call, Server } from '../support/server.js';

let database: TestDatabase;
let one: Server;
let two: Server;
let admin: string;

/** Two processes on one PostgreSQL with one root key. */
beforeAll(async () => {
  database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'keystead-nodes-'));
  await createLocalRootKey(join(dataDir, 'root.key'));
  const external = { dataDir, databaseUrl: database.url, env: { KEYSTEAD_ROOT_KEY: 'local:' } };
  one = await Server.start(external);
  two = await Server.start(external);
  const bootstrap = (await readFile(join(dataDir, 'bootstrap-token'), 'utf8')).trim();
  ({ admin } = await makeCallers(one, bootstrap));
});
afterAll(async () => {
  await two.stop();
  await one.remove();
  await database.drop();
});

let made = 0;
async function makeToken(): Promise<{ caller: string; id: string; token: string }> {
  const caller = `nodes-${++made}`;
  await call(one, admin, 'POST', '/api/v1/callers', { name: caller, type: 'service' });
  const { body } = await call(one, admin, 'POST', `/api/v1/callers/${caller}/tokens`, {});
  return { caller, id: body.id, token: body.token };
}

/** @returns the token of a new caller with the role in the default keyring, which both nodes know */
async function boundTo(role: string): Promise<string> {
  const { caller, token } = await makeToken();
  await call(one, admin, 'POST', '/api/v1/bindings', { caller, role, scope: { keyring: 'default' } });
  await untilAccepted(token);
  return token;
}

const whoami = async (server: Server, token: string) => (await call(server, token, 'GET', '/api/v1/whoami')).status;

/** A node that has not heard of a new token yet refuses it for a moment. */
async function untilAccepted(token: string): Promise<void> {
  for (const server of [one, two]) while ((await whoami(server, token)) !== 200);
}

/** Asks again and again. @returns milliseconds from now until the first refusal */
async function untilRefused(server: Server, token: string): Promise<number> {
  const from = performance.now();
  while ((await whoami(server, token)) === 200);
  return performance.now() - from;
}

it('a token that is revoked on one node is refused on the other by the very next request', async () => {
  const times: number[] = [];
  for (let round = 0; round < 10; round++) {
    const { caller, id, token } = await makeToken();
    await untilAccepted(token);
    const revoked = await call(one, admin, 'DELETE', `/api/v1/callers/${caller}/tokens/${id}`);
    expect(revoked.status).toBe(204);
    const from = performance.now();
    expect([401, 403]).toContain(await whoami(two, token));
    times.push(performance.now() - from);
    expect([401, 403]).toContain(await whoami(one, token));
  }
  console.log(`revocation took effect on the other node within ms: ${times.map((ms) => ms.toFixed(1)).join(' ')}`);
});

it('nor is it accepted by requests that are on their way', async () => {
  const { caller, id, token } = await makeToken();
  await untilAccepted(token);
  let revokedAt = Infinity;
  const late: number[] = [];
  const flood = Array.from({ length: 8 }, async () => {
    for (;;) {
      const sentAt = performance.now();
      const status = await whoami(two, token);
      if (status !== 200) return performance.now();
      if (sentAt > revokedAt) late.push(sentAt - revokedAt);
    }
  });
  await sleep(200);
  const { status } = await call(one, admin, 'DELETE', `/api/v1/callers/${caller}/tokens/${id}`);
  revokedAt = performance.now();
  const refused = await Promise.all(flood);
  expect(status).toBe(204);
  expect(late).toEqual([]);
  const last = Math.max(...refused) - revokedAt;
  console.log(`under load the last of 8 connections was refused ${last.toFixed(1)} ms after the revocation`);
});

it('a caller that is disabled, and a role that is taken away, end on the other node at once', async () => {
  const { caller, token } = await makeToken();
  await untilAccepted(token);
  const binding = { caller, role: 'auditor', scope: { everything: true } };
  const { body } = await call(one, admin, 'POST', '/api/v1/bindings', binding);
  const read = async () => (await call(two, token, 'GET', '/api/v1/callers')).status;
  while ((await read()) !== 200);
  await call(one, admin, 'DELETE', `/api/v1/bindings/${body.id}`);
  expect(await read()).toBe(403);
  await call(one, admin, 'POST', `/api/v1/callers/${caller}/disable`, {});
  expect([401, 403]).toContain(await whoami(two, token));
});

it('a rotated token ends on both nodes when its overlap does, and the new one serves on both', async () => {
  const { caller, id, token } = await makeToken();
  const rotate = `/api/v1/callers/${caller}/tokens/${id}/rotate`;
  const { status, body } = await call(one, admin, 'POST', rotate, { overlap: '2s' });
  expect(status).toBe(201);
  await untilAccepted(body.token);
  const lived = await Promise.all([untilRefused(one, token), untilRefused(two, token)]);
  expect([await whoami(one, token), await whoami(two, token)]).toEqual([401, 401]);
  expect([await whoami(one, body.token), await whoami(two, body.token)]).toEqual([200, 200]);
  // Not before its time, as far as two clocks agree: the nodes go by the database's.
  expect(Date.parse(body.previous.expiresAt) - Date.now()).toBeLessThan(1000);
  console.log(`an overlap of 2000 ms ended after ms: ${lived.map((ms) => ms.toFixed(0)).join(' ')}`);
});

it('the last use on one node is seen on the other', async () => {
  const { caller, token } = await makeToken();
  const lastUsed = async (server: Server) =>
    (await call(server, admin, 'GET', `/api/v1/callers/${caller}/tokens`)).body.items?.[0]?.lastUsedAt;
  // A node that has not heard of a new token yet lists none.
  while ((await lastUsed(two)) === undefined);
  expect([await lastUsed(one), await lastUsed(two)]).toEqual([null, null]);
  while ((await whoami(two, token)) !== 200);
  expect(await lastUsed(two)).toMatch(/Z$/);
  while ((await lastUsed(one)) === null) await sleep(100);
  expect(await lastUsed(one)).toBe(await lastUsed(two));
});

it.each([
  ['aes-256-xaes', 'encrypt', { plaintext: 'eA==' }],
  ['hmac-sha-256', 'mac', { message: 'eA==' }],
  ['ed25519', 'sign', { message: 'eA==' }],
])('after a rotation on one node the new version of a key of %s is primary on the other', async (spec, path, body) => {
  const KEYS = '/api/v1/keyrings/default/keys';
  const [keyAdmin, app] = [await boundTo('key-admin'), await boundTo('crypto-user')];
  const { id } = (await call(one, keyAdmin, 'POST', KEYS, { spec })).body;
  const versionOn = async (server: Server) =>
    (await call(server, app, 'POST', `${KEYS}/${id}/${path}`, body)).body.version;
  while ((await versionOn(two)) !== 1);
  for (let version = 2; version <= 5; version++) {
    expect((await call(one, keyAdmin, 'POST', `${KEYS}/${id}/rotate`)).status).toBe(200);
    expect(await Promise.all([two, two, one].map(versionOn))).toEqual([version, version, version]);
  }
});

it('a version that is revoked on one node opens nothing on the other from the very next request on, also under load', async () => {
  const KEYS = '/api/v1/keyrings/default/keys';
  const [keyAdmin, app] = [await boundTo('key-admin'), await boundTo('crypto-user')];
  const administer = async (path: string, body: object) => (await call(one, keyAdmin, 'POST', KEYS + path, body)).body;
  const use = (server: Server, path: string, body: object) => call(server, app, 'POST', KEYS + path, body);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { id } = await administer('', {});
    const { ciphertext } = (await use(one, `/${id}/encrypt`, { plaintext: 'eA==' })).body;
    const open = (server: Server) => use(server, `/${id}/decrypt`, { ciphertext });
    while ((await open(two)).status !== 200);
    let revokedAt = Infinity;
    const late: number[] = [];
    const flood = Array.from({ length: 4 }, async () => {
      for (;;) {
        const sentAt = performance.now();
        const { status, body } = await open(two);
        if (status !== 200) return { code: body.code, at: performance.now() };
        if (sentAt > revokedAt) late.push(sentAt - revokedAt);
      }
    });
    expect(await administer(`/${id}/versions/1/revoke`, { reason: 'compromised' })).toMatchObject({ state: 'revoked' });
    revokedAt = performance.now();
    expect((await open(two)).body.code).toBe('version-revoked');
    const refused = await Promise.all(flood);
    expect(late).toEqual([]);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['version-revoked']));
    times.push(Math.max(...refused.map(({ at }) => at)) - revokedAt);
    const after = await use(two, `/${id}/encrypt`, { plaintext: 'eA==' });
    expect([after.status, after.body.version]).toEqual([200, 2]);
  }
  console.log(
    `the last of 4 connections was told version-revoked after ms: ${times.map((ms) => ms.toFixed(1)).join(' ')}`,
  );
});

it('what is done on one node at the AWS KMS door is seen on the other by the very next request', async () => {
  const [accountId, region, name] = ['000000000007', 'us-east-1', 'aws-nodes'];
  await call(one, admin, 'POST', '/api/v1/keyrings', { name });
  await call(one, admin, 'PATCH', `/api/v1/keyrings/${name}`, { awsAccount: { accountId, region } });
  await call(one, admin, 'POST', '/api/v1/callers', { name, type: 'service' });
  const { body } = await call(one, admin, 'POST', `/api/v1/callers/${name}/access-keys`, { accountId, root: true });
  const [first, second] = [await awsClient(one, body), await awsClient(two, body)];
  const root = `arn:aws:iam::${accountId}:root`;
  const admins = { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' };
  const denied = { ...admins, Effect: 'Deny', Action: 'kms:Encrypt' };
  for (let round = 0; round < 5; round++) {
    const { KeyMetadata } = await first.send(new CreateKeyCommand({ Description: `${round}` }));
    const KeyId = KeyMetadata?.KeyId ?? '';
    expect((await second.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).toEqual(KeyMetadata);
    const encrypt = () => first.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }));
    await encrypt();
    await second.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify({ Statement: [admins, denied] }) }));
    await expect(encrypt()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  }
  first.destroy();
  second.destroy();
});
