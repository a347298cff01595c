import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { generateToken } from '../../src/access/token.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeCallers } from '../support/make-callers.js';
import { call, Server, type ApiAnswer, type Tokens } from '../support/server.js';

const RING = '/api/v1/keyrings/default';
const KEYS = `${RING}/keys`;
const SECRET = Buffer.from('hello').toString('base64');

let directory: string;
let env: Readonly<Record<string, string>>;
const databases: TestDatabase[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-attacks-'));
  await createLocalRootKey(join(directory, 'root.key'));
  env = {
    KEYSTEAD_ROOT_KEY: `local:${join(directory, 'root.key')}`,
    KEYSTEAD_AUDIT_SIGNER: join(directory, 'audit-signer.json'),
  };
});
afterAll(async () => {
  for (const server of servers) await server.remove();
  for (const database of databases) await database.drop();
  await rm(directory, { recursive: true, force: true });
});

async function newDatabase(): Promise<string> {
  const database = await createTestDatabase();
  databases.push(database);
  return database.url;
}

async function launch(databaseUrl: string, more: Readonly<Record<string, string>> = {}): Promise<Server> {
  const server = await Server.launch({ databaseUrl, env: { ...env, ...more } });
  servers.push(server);
  return server;
}

async function withSql<T>(databaseUrl: string, work: (sql: Client) => Promise<T>): Promise<T> {
  const sql = new Client({ connectionString: databaseUrl });
  await sql.connect();
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

const bootstrapToken = (server: Server): Promise<string | undefined> =>
  readFile(join(server.dataDir, 'bootstrap-token'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

const seen = ({ status, body }: ApiAnswer): string => (status < 300 ? `${status}` : `${status} ${String(body.code)}`);

async function untilRefused(open: () => Promise<ApiAnswer>): Promise<void> {
  for (;;) {
    const answer = await open();
    if (answer.status !== 200) return expect(seen(answer)).toBe('500 integrity-failure');
    expect(answer.body.plaintext).toBe(SECRET);
  }
}

async function untilOpen(open: () => Promise<ApiAnswer>): Promise<void> {
  while ((await open()).status !== 200) await sleep(20);
}

describe('an empty database', () => {
  it('is set up by one of the servers that start on it at once, and only that one hands out a token', async () => {
    const url = await newDatabase();
    const started = await Promise.all([launch(url), launch(url), launch(url)]);
    for (const server of started) await server.ready();
    const given = (await Promise.all(started.map(bootstrapToken))).filter((token) => token !== undefined);
    expect(given).toHaveLength(1);
    for (const server of started) expect((await call(server, given[0], 'GET', '/api/v1/whoami')).status).toBe(200);
    expect(started.filter(({ output }) => output.includes("first administrator's token is in"))).toHaveLength(1);
    for (const server of started) await server.stop();
  });

  it('is set up by the next start when the first is killed with the token written and nothing committed', async () => {
    const url = await newDatabase();
    const first = await launch(url);
    await first.ready();
    // The schema is there; now it is as if nobody had ever been.
    await first.stop();
    await withSql(url, async (sql) => {
      const { rows } = await sql.query<{ name: string }>(
        `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'migration' and tablename not like 'audit_%'`,
      );
      await sql.query(`truncate ${rows.map(({ name }) => name).join(', ')}`);
      await rm(join(first.dataDir, 'bootstrap-token'));
      await sql.query('begin; lock table binding in exclusive mode');
      const second = await Server.launch({ databaseUrl: url, dataDir: first.dataDir, env });
      servers.push(second);
      while ((await bootstrapToken(second)) === undefined) await sleep(20);
      await second.stop('SIGKILL');
      await sql.query('rollback');
    });
    const lost = await bootstrapToken(first);
    const third = await Server.start({ databaseUrl: url, dataDir: first.dataDir, env });
    servers.push(third);
    const token = await bootstrapToken(third);
    expect(token).not.toBe(lost);
    expect((await call(third, token, 'GET', '/api/v1/whoami')).status).toBe(200);
    await third.stop();
  });
});

describe('on one database', () => {
  let url: string;
  let one: Server;
  let two: Server;
  let tokens: Tokens;

  beforeAll(async () => {
    url = await newDatabase();
    const admin = generateToken().token;
    one = await launch(url, { KEYSTEAD_BOOTSTRAP_TOKEN: admin });
    await one.ready();
    two = await launch(url, { KEYSTEAD_BOOTSTRAP_TOKEN: admin });
    await two.ready();
    tokens = await makeCallers(one, admin);
  });

  const ask = (token: string, method: string, path: string, body?: unknown, server = one) =>
    call(server, token, method, path, body);
  const failures = async (server: Server) =>
    Number(
      /^keystead_integrity_failures_total (\d+)$/m.exec((await call(server, tokens.app, 'GET', '/metrics')).body)?.[1],
    );

  it('what a node unwrapped of a key goes when the key changes on another node', async () => {
    const { id } = (await ask(tokens.keyAdmin, 'POST', KEYS, { spec: 'aes-256-xaes' })).body;
    const loaded = async () =>
      Number(/^keystead_loaded_versions (\d+)$/m.exec((await call(two, tokens.app, 'GET', '/metrics')).body)?.[1]);
    expect((await ask(tokens.app, 'POST', `${KEYS}/${id}/encrypt`, { plaintext: SECRET }, two)).status).toBe(200);
    const before = await loaded();
    expect(before).toBeGreaterThan(0);
    expect((await ask(tokens.keyAdmin, 'POST', `${KEYS}/${id}/disable`)).status).toBe(200);
    while ((await loaded()) >= before) await sleep(20);
  });

  it('a token that one node gave works on the other at once, and ends there at once', async () => {
    const path = '/api/v1/callers/test-crypto-user/tokens';
    for (let round = 0; round < 15; round++) {
      const { id, token } = (await ask(tokens.admin, 'POST', path, {})).body;
      expect((await ask(token, 'GET', '/api/v1/whoami', undefined, two)).status).toBe(200);
      expect((await ask(tokens.admin, 'DELETE', `${path}/${id}`)).status).toBe(204);
      expect(seen(await ask(token, 'GET', '/api/v1/whoami', undefined, two))).toBe('401 unauthenticated');
    }
  });

  it('a keyring and its key that one node made are used on the other at once', async () => {
    for (let round = 0; round < 5; round++) {
      await ask(tokens.admin, 'POST', '/api/v1/keyrings', { name: `ring-${round}` });
      const binding = { caller: 'test-key-admin', role: 'key-admin', scope: { keyring: `ring-${round}` } };
      await ask(tokens.admin, 'POST', '/api/v1/bindings', binding);
      const made = await ask(tokens.keyAdmin, 'POST', `/api/v1/keyrings/ring-${round}/keys`, { name: 'k' }, two);
      expect(seen(made)).toBe('201');
      expect(seen(await ask(tokens.keyAdmin, 'GET', `/api/v1/keyrings/ring-${round}/keys/k`))).toBe('200');
    }
  });

  it.each([
    ['removed', `update key_version set material = null where key_id = $1`],
    [
      'another version’s',
      `update key_version v set material = o.material from key_version o where v.key_id = $1 and o.key_id = $1 and o.version <> v.version`,
    ],
    [
      'another key’s',
      `update key_version set material = (select material from key_version where key_id <> $1 and material is not null limit 1) where key_id = $1`,
    ],
    ['said to be under another wrapping key', `update key_version set wrapping_version = 2 where key_id = $1`],
  ])('material that was %s opens nothing, and is an alarm', async (what, statement) => {
    const { id } = (await ask(tokens.keyAdmin, 'POST', KEYS, {})).body;
    await ask(tokens.keyAdmin, 'POST', KEYS, {});
    await ask(tokens.keyAdmin, 'POST', `${KEYS}/${id}/rotate`);
    const { ciphertext } = (await ask(tokens.app, 'POST', `${KEYS}/${id}/encrypt`, { plaintext: SECRET })).body;
    const open = () => ask(tokens.app, 'POST', `${RING}/decrypt`, { ciphertext });
    expect((await open()).body.plaintext).toBe(SECRET);
    const before = await failures(one);
    await withSql(url, async (sql) => {
      await sql.query(`create table kept as select * from key_version where key_id = '${id}'`);
      await sql.query(statement, [id]);
      await untilRefused(open);
      expect(await failures(one)).toBeGreaterThan(before);
      const path = `/api/v1/audit/records?key=${id}&outcome=error&limit=1`;
      const { items } = (await ask(tokens.auditor, 'GET', path)).body;
      expect([what, items[0]?.code]).toEqual([what, 'integrity-failure']);
      await sql.query(
        `update key_version v set material = kept.material, wrapping_version = kept.wrapping_version
         from kept where v.key_id = kept.key_id and v.version = kept.version`,
      );
      await sql.query('drop table kept');
    });
    await untilOpen(open);
  });

  it('an idempotency key that was pointed at another key does not answer with that', async () => {
    const headers = { 'idempotency-key': 'mine' };
    const make = () => call(one, tokens.keyAdmin, 'POST', KEYS, { name: 'mine' }, headers);
    const { id } = (await make()).body;
    const { id: other } = (await ask(tokens.keyAdmin, 'POST', KEYS, {})).body;
    expect((await make()).body.id).toBe(id);
    await withSql(url, (sql) =>
      sql.query('update idempotency_key set resource_id = $1 where resource_id = $2', [other, id]),
    );
    expect(seen(await make())).toBe('422 idempotency-mismatch');
  });
});
