import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askForCertificates } from '../support/ask-for-certificates.js';
import { documentedRoutes, mustBeAsDocumented, seen } from '../support/documented.js';
import { credentialShapes } from './credential-shapes.js';
import { campaignShapes } from './campaign-shapes.js';
import { auditShapes, lastRecord } from './audit-shapes.js';
import { importShapes } from './import-shapes.js';
import { policyShapes } from './policy-shapes.js';
import { webhookAdminToken } from '../support/webhook-admin.js';
import { webhookShapes } from './webhook-shapes.js';
import { call, Server, type ApiAnswer, type Tokens } from '../support/server.js';

const RING = '/api/v1/keyrings/default';
const KEYS = `${RING}/keys`;
const HELLO = Buffer.from('hello').toString('base64');

let server: Server;
let tokens: Tokens;

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
});
afterAll(async () => server.remove());

/** A call that must succeed, in the shape that the API's description gives. */
async function done(
  person: keyof Tokens | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) {
  const answer = await call(server, person && tokens[person], method, path, body, headers);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  mustBeAsDocumented(method, path, answer.status, answer.body);
  return answer.body;
}

function expectProblem({ status, headers, body }: ApiAnswer, wanted: number, code: string): void {
  expect(body).toMatchObject({ status: wanted, code, requestId: headers.get('x-request-id') });
  expect(status).toBe(wanted);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(headers.get('cache-control')).toBe('no-store');
}

const makeKey = (body: object) => done('keyAdmin', 'POST', KEYS, body);

describe('every route answers as it is documented', () => {
  it('keys and their versions', async () => {
    const { id } = await makeKey({ name: 'shape', tags: { a: 'b' }, description: 'a key' });
    const key = `${KEYS}/${id}`;
    await done('keyAdmin', 'GET', `${KEYS}?limit=1&state=enabled&spec=aes-256-xaes&tag=a%3Db&namePrefix=sh`);
    await done('keyAdmin', 'GET', `${KEYS}/shape`);
    await done('keyAdmin', 'PATCH', key, { name: 'shaped' });
    expect(await done('keyAdmin', 'POST', `${key}/rotate`)).toMatchObject({ id, primaryVersion: 2 });
    await done('keyAdmin', 'GET', `${key}/versions?limit=1`);
    const verbs = ['retire', 'restore', 'disable', 'enable'];
    for (const verb of verbs) await done('keyAdmin', 'POST', `${key}/versions/1/${verb}`, {});
    await done('keyAdmin', 'POST', `${key}/versions/1/revoke`, { reason: 'superseded' });
    await done('keyAdmin', 'POST', `${key}/versions/1/destroy`);
    await done('keyAdmin', 'POST', `${key}/disable`);
    await done('keyAdmin', 'POST', `${key}/enable`);
    await done('keyAdmin', 'POST', `${key}/schedule-destruction`, { windowDays: 7 });
    await done('keyAdmin', 'POST', `${key}/cancel-destruction`);
  });

  it('policies', async () => policyShapes(done));

  it('campaigns', () => campaignShapes(done));

  it('webhooks', async () => {
    const plain = tokens;
    tokens = { ...plain, admin: await webhookAdminToken(server, plain.admin) };
    await webhookShapes(done);
    tokens = plain;
  });

  it('encryption', async () => {
    const { id } = await makeKey({});
    const key = `${KEYS}/${id}`;
    const context = { tenant: 'acme' };
    const { ciphertext } = await done('app', 'POST', `${key}/encrypt`, { plaintext: HELLO, context });
    expect(await done('app', 'POST', `${key}/decrypt`, { ciphertext, context })).toMatchObject({ plaintext: HELLO });
    await done('app', 'POST', `${RING}/decrypt`, { ciphertext, context });
    await done('app', 'POST', `${key}/re-encrypt`, { ciphertext, context, newContext: {} });
    await done('app', 'POST', `${key}/data-key`);
    await done('app', 'POST', `${key}/data-key`, { bytes: 16, plaintext: false });
    await done('app', 'POST', `${key}/data-key-pair`, { spec: 'ecc-p256' });
    const { items } = await done('app', 'POST', `${RING}/decrypt`, {
      items: [{ ciphertext, context }, { ciphertext }, { ciphertext: HELLO }],
    });
    expect(items[0]).toMatchObject({ plaintext: HELLO });
    expect(items[1].error.code).toBe('invalid-ciphertext');
    expect(Object.keys(items[1])).toEqual(['error']);
    expect(items[2].error.code).toBe('invalid-ciphertext');
    await done('app', 'POST', '/api/v1/random', { bytes: 5 });
  });

  it('signatures, MACs and agreement', async () => {
    const { id: signer } = await makeKey({ spec: 'ecc-p256', usage: 'sign-verify', published: true });
    const { signature } = await done('app', 'POST', `${KEYS}/${signer}/sign`, { message: HELLO });
    await done('app', 'POST', `${KEYS}/${signer}/verify`, { message: HELLO, signature });
    expect(await done('app', 'POST', `${KEYS}/${signer}/verify`, { message: '', signature })).toEqual({ valid: false });
    await done('app', 'GET', `${KEYS}/${signer}/public-key?format=jwk&version=1`);
    const { keys } = await done(undefined, 'GET', '/.well-known/default/jwks.json');
    expect(keys).toHaveLength(1);
    const { id: macKey } = await makeKey({ spec: 'hmac-sha-256' });
    const { mac } = await done('app', 'POST', `${KEYS}/${macKey}/mac`, { message: HELLO });
    await done('app', 'POST', `${KEYS}/${macKey}/verify-mac`, { message: HELLO, mac });
    const { id: agree } = await makeKey({ spec: 'x25519' });
    const { publicKey } = await done('app', 'GET', `${KEYS}/${agree}/public-key`);
    await done('app', 'POST', `${KEYS}/${agree}/derive-shared-secret`, { publicKey });
    const { id: kem } = await makeKey({ spec: 'ml-kem-512' });
    const { ciphertext, sharedSecret } = await done('app', 'POST', `${KEYS}/${kem}/encapsulate`);
    expect((await done('app', 'POST', `${KEYS}/${kem}/decapsulate`, { ciphertext })).sharedSecret).toBe(sharedSecret);
  });

  it('import and export', async () => importShapes(done));

  it('aliases and keyrings', async () => {
    const { id: key } = await makeKey({});
    await done('keyAdmin', 'POST', `${RING}/aliases`, { name: 'alias-1', key });
    await done('keyAdmin', 'GET', `${RING}/aliases?key=${key}`);
    await done('keyAdmin', 'PUT', `${RING}/aliases/alias-2`, { key: 'alias-1' });
    await done('keyAdmin', 'DELETE', `${RING}/aliases/alias-1`);
    const { id } = await done('admin', 'POST', '/api/v1/keyrings', { name: 'second', description: 'another' });
    await done('admin', 'GET', '/api/v1/keyrings?limit=2');
    await done('admin', 'GET', '/api/v1/keyrings/second');
    await done('admin', 'POST', `/api/v1/keyrings/${id}/rewrap`);
    await done('admin', 'GET', `/api/v1/keyrings/${id}/rewrap`);
    await done('admin', 'DELETE', `/api/v1/keyrings/${id}`);
  });

  it('access keys, credentials that others issue, and roles', async () => credentialShapes(done));

  it('callers, tokens and bindings', async () => {
    const { id } = await done('admin', 'POST', '/api/v1/callers', { name: 'shaper', type: 'service' });
    await done('admin', 'GET', '/api/v1/callers?limit=1');
    await done('admin', 'GET', '/api/v1/callers/shaper');
    const token = await done('admin', 'POST', `/api/v1/callers/${id}/tokens`, { expiresIn: '12h' });
    expect(token.token).toMatch(/^kst_/);
    await done('admin', 'GET', `/api/v1/callers/${id}/tokens`);
    await done('admin', 'POST', `/api/v1/callers/${id}/tokens/${token.id}/rotate`, { overlap: '1h' });
    const binding = await done('admin', 'POST', '/api/v1/bindings', {
      caller: id,
      role: 'operator',
      scope: { everything: true },
    });
    await done('admin', 'GET', `/api/v1/bindings?caller=shaper`);
    const asOperator = (method: string, path: string) => call(server, token.token, method, path);
    const rotated = await asOperator('POST', '/api/v1/root/rotate');
    mustBeAsDocumented('POST', '/api/v1/root/rotate', rotated.status, rotated.body);
    const rebuilt = await asOperator('POST', '/api/v1/audit/index/rebuild');
    mustBeAsDocumented('POST', '/api/v1/audit/index/rebuild', rebuilt.status, rebuilt.body);
    expectProblem(await asOperator('POST', '/api/v1/root/migrate'), 409, 'invalid-transition');
    await done('admin', 'DELETE', `/api/v1/bindings/${binding.id}`);
    await done('admin', 'POST', `/api/v1/callers/${id}/disable`);
    expectProblem(await asOperator('GET', '/api/v1/whoami'), 401, 'unauthenticated');
    await done('admin', 'POST', `/api/v1/callers/${id}/enable`);
    await done('admin', 'DELETE', `/api/v1/callers/${id}/tokens/${token.id}`);
    expectProblem(await asOperator('GET', '/api/v1/whoami'), 401, 'unauthenticated');
  });

  it('requests under dual control', async () => {
    const { id: ring } = await done('admin', 'POST', '/api/v1/keyrings', { name: 'governed' });
    const { id: approver } = await done('admin', 'POST', '/api/v1/callers', { name: 'approver', type: 'person' });
    await done('admin', 'POST', '/api/v1/bindings', { caller: approver, role: 'approver', scope: { keyring: ring } });
    await done('admin', 'PATCH', `/api/v1/keyrings/${ring}`, { dualControl: { approvers: 1, expiresIn: '1h' } });
    const { status, body } = await call(server, tokens.admin, 'DELETE', `/api/v1/keyrings/${ring}`);
    expect([status, body.code]).toEqual([409, 'approval-required']);
    await done('auditor', 'GET', '/api/v1/approvals?state=pending&limit=1');
    const path = `/api/v1/approvals/${body.approval}`;
    expect(await done('auditor', 'GET', path)).toMatchObject({ operation: 'keyring.destroy', state: 'pending' });
    expect(await done('admin', 'POST', `${path}/cancel`, {})).toMatchObject({ state: 'cancelled' });
  });

  it('certificates', () => askForCertificates(done));

  it('the rest', async () => {
    expect(await done('app', 'GET', '/api/v1/whoami')).toMatchObject({ roles: [{ role: 'crypto-user' }] });
    await done('auditor', 'GET', '/api/v1/root');
    await done('auditor', 'GET', '/api/v1/settings');
    await done('admin', 'PATCH', '/api/v1/settings', { dualControl: null });
    await done('admin', 'PATCH', '/api/v1/keyrings/default', { separationOfDuties: true });
    await auditShapes(done);
    for (const path of ['/health/live', '/health/ready', '/api/v1/root/seal']) await done(undefined, 'GET', path);
    for (const path of ['/metrics', '/api/openapi.json', '/api/docs']) await done('app', 'GET', path);
  });

  it('and none was left out', () => {
    // What people do: people.test.ts; groups and explanations: access.test.ts; the log's bytes and text: audit-log.test.ts.
    const others = /\/(enrolment|sessions|password|recovery-codes|invitations|groups|access|log|records\/:index)(\/|$)/;
    const unseen = documentedRoutes.filter((route) => !seen.has(route) && !others.test(route));
    expect(unseen.toSorted()).toEqual([
      // By persons with a second factor: administrator-obtains-plaintext.test.ts.
      'POST /api/v1/approvals/:approval/approve',
      'POST /api/v1/approvals/:approval/reject',
      // On an external database: first-start.test.ts.
      'POST /api/v1/bootstrap/finish',
      // Over TLS with itself: certificates.test.ts.
      'POST /api/v1/certificates/renew',
      // Without a second root there is nothing to migrate to.
      'POST /api/v1/root/migrate',
    ]);
  });
});

describe('refusals', () => {
  it('are the same whether the key exists or not, for whoever may not', async () => {
    const { id } = await makeKey({ name: 'exists' });
    const answers = await Promise.all(
      [`${KEYS}/${id}/encrypt`, `${KEYS}/exists/encrypt`, `${KEYS}/nothing/encrypt`].map((path) =>
        call(server, tokens.admin, 'POST', path, { plaintext: '' }),
      ),
    );
    for (const answer of answers) expectProblem(answer, 403, 'permission-denied');
    expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
    expectProblem(
      await call(server, tokens.app, 'POST', `${KEYS}/nothing/encrypt`, { plaintext: '' }),
      404,
      'key-not-found',
    );
  });

  it('of what cannot be read are on record, with caller, route and reason and without the value', async () => {
    const secret = `${randomBytes(24).toString('hex')}!`;
    const answer = await call(server, tokens.app, 'POST', `${KEYS}/exists/encrypt`, { plaintext: secret, contxt: {} });
    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body.detail).toContain('plaintext: must be base64');
    expect(answer.body.detail).toContain('contxt: there is no such field');
    const key = await call(server, tokens.app, 'GET', `${KEYS}/exists`);
    const record = await lastRecord(done, 'read-request');
    expect(record).toMatchObject({
      requestId: answer.body.requestId,
      callerName: 'app',
      outcome: 'error',
      code: 'invalid-request',
      resource: `key/${key.body.id}`,
      detail: { route: 'POST /api/v1/keyrings/:keyring/keys/:key/encrypt', reason: answer.body.detail },
    });
    expect(JSON.stringify(record)).not.toContain(secret);
  });

  it('at the gate are on record as denied, under the operation that was asked for', async () => {
    const answer = await call(server, tokens.app, 'POST', KEYS, { name: 'mine' });
    expectProblem(answer, 403, 'permission-denied');
    const record = await lastRecord(done, 'key.create');
    expect(record).toMatchObject({ requestId: answer.body.requestId, callerName: 'app', outcome: 'denied' });
  });

  it('of a token are on record without it', async () => {
    const mistyped = tokens.app.slice(0, -1) + (tokens.app.endsWith('x') ? 'y' : 'x');
    const answer = await call(server, mistyped, 'GET', '/api/v1/whoami');
    expectProblem(answer, 401, 'unauthenticated');
    const record = await lastRecord(done, 'authenticate');
    expect(record).toMatchObject({ requestId: answer.body.requestId, caller: 'anonymous', outcome: 'denied' });
  });

  it('of bodies beyond the limits are 413', async () => {
    const large = 'A'.repeat(88 * 1024);
    expectProblem(
      await call(server, tokens.app, 'POST', `${KEYS}/exists/encrypt`, { plaintext: large }),
      413,
      'payload-too-large',
    );
    const huge = { name: 'x'.repeat(2 * 1024 * 1024) };
    expectProblem(await call(server, tokens.keyAdmin, 'POST', KEYS, huge), 413, 'payload-too-large');
  });
});
