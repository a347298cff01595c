import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { call, Server, type Tokens } from '../support/server.js';

const AUDIT = '/api/v1/audit';

let server: Server;
let tokens: Tokens;
let dir: string;
/** May read the records of the keyring `narrow`, and of no other. */
let narrow: string;
let ring: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keystead-attacks-'));
  const pipe = `file:${join(dir, 'pipe')}`;
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  server = await Server.start({ env: { KEYSTEAD_AUDIT_SINKS: pipe, KEYSTEAD_AUDIT_CHECKPOINTS: pipe } });
  tokens = await server.tokens();
  ring = (await admin('POST', '/api/v1/keyrings', { name: 'narrow' })).id;
  await admin('POST', '/api/v1/callers', { name: 'narrow-auditor', type: 'service' });
  await admin('POST', '/api/v1/bindings', { caller: 'narrow-auditor', role: 'auditor', scope: { keyring: ring } });
  ({ token: narrow } = await admin('POST', '/api/v1/callers/narrow-auditor/tokens', {}));
  const { status } = await call(server, tokens.keyAdmin, 'POST', '/api/v1/keyrings/default/keys', { name: 'orders' });
  expect(status).toBe(201);
});
afterAll(async () => {
  await Promise.all([server?.remove(), rm(dir, { recursive: true })]);
});

async function admin(method: string, path: string, body: object) {
  const { status, body: answer } = await call(server, tokens.admin, method, path, body);
  if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

const cursor = (text: string) => `cursor=${encodeURIComponent(Buffer.from(text).toString('base64url'))}`;

it.each([
  'log/tile/0/x999/x999/x999/999',
  'log/tile/63/000',
  'log/tile/64/000',
  'log/tile/entries/000.p/256',
  'log/tile/entries/000.p/0',
  'log/tile/entries/..%2f..%2fetc',
  'log/tile/0/000%00',
  'log/consistency?from=0&to=9999999999',
  'log/consistency?from=9999999999&to=0',
  'log/consistency?from=99999999999999999999&to=1',
  'records/9999999999',
  'records/-1',
  'records/0/proof?size=0',
  'records/0/proof?size=9999999999',
  `records?${cursor('-1')}`,
  `records?${cursor('1; drop table audit_record')}`,
  'records?cursor=%00',
  'records?source=%00',
  'records?source=%ED%A0%80',
  'records?contextHash=%27%22%7B%7D',
  'records?requestId=%F0%9F%92%A9',
  'records?after=9999999999&order=oldest',
  'records?since=0000-01-01T00:00:00Z',
  'records?until=9999-12-31T23:59:59Z',
  'records?limit=1001',
  'summary?since=0001-01-01T00:00:00Z&interval=minute',
  'summary?until=0000-01-01T00:00:00Z',
  'summary?since=9999-12-31T23:59:59Z',
  `state?${cursor('key none')}`,
  `state?${cursor('key_version a/b')}`,
  `state?${cursor('wrapping_key 01890a5d-ac96-774b-bcce-b302099a8058/NaN')}`,
  `state?${cursor('none of these')}`,
  `state?${cursor('/')}`,
])('hostile input is answered with a word: %s', async (path) => {
  const { status, body } = await call(server, tokens.auditor, 'GET', `${AUDIT}/${path}`);
  expect(status).toBeLessThan(500);
  if (status >= 400) expect(body).toMatchObject({ code: expect.any(String), detail: expect.any(String) });
});

/** What the auditor of one keyring is told. */
async function said(path: string) {
  const { status, body } = await call(server, narrow, 'GET', `${AUDIT}/${path}`);
  return { status, code: body.code, detail: body.detail };
}

describe('an auditor of one keyring', () => {
  it('sees what was done in it, and nothing else, however it asks', async () => {
    for (const query of [
      '',
      '&order=oldest',
      '&key=01890a5d-ac96-774b-bcce-b302099a8058',
      '&outcome=success',
      '&after=0',
    ]) {
      const { status, body } = await call(server, narrow, 'GET', `${AUDIT}/records?limit=1000${query}`);
      expect(status).toBe(200);
      expect(new Set(body.items.map(({ keyring }: { keyring: string }) => keyring)).size).toBeLessThanOrEqual(1);
      expect(JSON.stringify(body.items)).not.toContain('orders');
      for (const { keyring } of body.items) expect(keyring).toBe(ring);
    }
    const { body } = await call(server, narrow, 'GET', `${AUDIT}/summary`);
    const listed = (await call(server, narrow, 'GET', `${AUDIT}/records?limit=1000`)).body.items.length;
    expect(body.counts.success + body.counts.denied + body.counts.error).toBe(listed);
  });

  it('cannot tell what is there from what is not', async () => {
    expect(await said('records/0')).toEqual(await said('records/9999999999'));
    expect(await said('records/0/proof')).toEqual(await said('records/9999999999/proof'));
    expect(await said('records?key=orders')).toEqual(await said('records?key=nowhere'));
    for (const path of [
      'log/checkpoint',
      'log/vkey',
      'log/minimum',
      'log/tile/0/000',
      'log/tile/entries/000.p/1',
      'state',
      'log/consistency?from=0&to=1',
    ]) {
      expect(await said(path)).toMatchObject({ status: 403 });
    }
  });
});

it('places that hang delay neither answers nor the end', async () => {
  expect((await call(server, tokens.app, 'POST', '/api/v1/random', { bytes: 8 })).status).toBe(200);
  for (;;) {
    const { body } = await call(server, undefined, 'GET', '/health/ready');
    const sinks = body.checks.find(({ name }: { name: string }) => name === 'audit-sinks');
    if (/not taking records/.test(sinks.detail)) break;
  }
  expect(await server.stop()).toBe(0);
  server = await Server.start({ dataDir: server.dataDir });
});

it('what a superuser plants in the tree is not signed, health tells it, and the data path goes on', async () => {
  const sql = new Client({ host: join(server.dataDir, 'postgres', 'run'), user: 'keystead', database: 'keystead' });
  await sql.connect();
  await sql.query(`update audit_tip set hashes = hashes || sha256('planted') where level = 0`);
  await sql.query('update audit_tree set size = size + 1');
  await sql.end();
  const { status, body } = await call(server, tokens.auditor, 'GET', `${AUDIT}/log/checkpoint`);
  expect({ status, code: body.code }).toEqual({ status: 500, code: 'integrity-failure' });
  for (;;) {
    const { checks } = (await call(server, undefined, 'GET', '/health/ready')).body;
    const log = checks.find(({ name }: { name: string }) => name === 'audit-log');
    if (/the audit log is not signed any further: no writer of the log wrote record \d+/.test(log.detail)) break;
  }
  expect((await call(server, tokens.app, 'POST', '/api/v1/random', { bytes: 8 })).status).toBe(200);
});
