import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { call, Server, type Tokens } from '../support/server.js';

const RING = '/api/v1/keyrings/default';
const TABLES = ['key', 'key_version', 'alias', 'binding', 'credential'] as const;

/** Asks slower than refusals before the authentication are folded: 50 in 10 s are on record one by one. */
async function until<T>(ask: () => Promise<T>, isEnough: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    await sleep(300);
  }
  throw new Error('it did not come to that');
}

/** Somebody with all rights on the database changes rows behind the service's back. */
describe('rows changed by SQL', () => {
  let server: Server;
  let tokens: Tokens;
  let sql: Client;
  let key: string;

  beforeAll(async () => {
    server = await Server.start({ env: { KEYSTEAD_METRICS: 'open' } });
    tokens = await server.tokens();
    const made = await call(server, tokens.keyAdmin, 'POST', `${RING}/keys`, { name: 'signing', spec: 'ed25519' });
    key = made.body.id;
    await call(server, tokens.keyAdmin, 'POST', `${RING}/aliases`, { name: 'current', key });
    const denied = { caller: 'app', role: 'decrypt-only', scope: { keyring: 'default' }, effect: 'deny' };
    expect((await call(server, tokens.admin, 'POST', '/api/v1/bindings', denied)).status).toBe(201);
    sql = new Client({ host: join(server.dataDir, 'postgres', 'run'), user: 'keystead', database: 'keystead' });
    await sql.connect();
    for (const table of TABLES) await sql.query(`create table yesterday_${table} as select * from ${table}`);
    await call(server, tokens.keyAdmin, 'PATCH', `${RING}/keys/${key}`, { description: 'as of today' });
    for (const table of TABLES) await sql.query(`create table kept_${table} as select * from ${table}`);
  });
  afterAll(async () => {
    await sql.end();
    await server.remove();
  });

  const sign = (ref = key) =>
    call(server, tokens.app, 'POST', `${RING}/keys/${ref}/sign`, { message: Buffer.from('m').toString('base64') });

  async function failuresCounted(): Promise<number> {
    const { body } = await call(server, undefined, 'GET', '/metrics');
    return Number(/^keystead_integrity_failures_total (\d+)$/m.exec(String(body))?.[1]);
  }

  it.each([
    ['a state that was edited', `update key set state = 'disabled' where name = 'signing'`],
    ['a key of yesterday', `delete from key; insert into key select * from yesterday_key`],
    [
      'a public key that was swapped',
      `update key_version set public_key = substr(public_key, 1, 12) || sha256('mine')`,
    ],
    ['an alias that was moved', `update alias set created_at = now() where name = 'current'`, 'current'],
    ['a deny that was deleted', `delete from binding where effect = 'deny'`],
    [
      'a binding moved to another caller',
      `update binding set caller_id = (select id from caller where name = 'app') where role = 'administrator'`,
    ],
    [
      'a token slipped in for a caller that there is',
      `insert into credential select 'AAAAAAAAAAAAAAAA', caller_id, kind, sha256('mine'), purpose, source, description,
         expires_at, revoked_at, created_at, revision, tag from credential limit 1`,
    ],
  ])('%s: an integrity failure, on record and counted', async (_, statement, ref = key) => {
    await until(
      () => sign(ref),
      ({ status }) => status === 200,
    );
    const before = await failuresCounted();
    await sql.query(statement);
    const { status, body } = await until(
      () => sign(ref),
      (answer) => answer.status !== 200,
    );
    expect([status, body.code]).toEqual([500, 'integrity-failure']);
    expect(await failuresCounted()).toBeGreaterThan(before);
    for (const table of TABLES)
      await sql.query(`delete from ${table}; insert into ${table} select * from kept_${table}`);
    await until(
      () => sign(ref),
      (answer) => answer.status === 200,
    );
    const recorded = await call(server, tokens.auditor, 'GET', `/api/v1/audit/records?requestId=${body.requestId}`);
    expect(recorded.body.items).toContainEqual(
      expect.objectContaining({ outcome: 'error', code: 'integrity-failure' }),
    );
  });
});
