import { afterEach, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { boundedClient } from '../../src/storage/bounded-client.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { databaseFailure } from '../../src/storage/database-failure.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { connected, Relay } from '../support/relay.js';
import { selfSigned } from '../support/self-signed.js';
import { TlsFront } from '../support/tls-front.js';

/** What is answered on a busy machine is answered within it. */
const PATIENCE_MS = 3000;
const GOODBYE_MS = 300;

let database: TestDatabase;
let relay: Relay;
let dataSource: DataSource;
let front: TlsFront | undefined;

/** A pool of one connection, to a PostgreSQL behind a relay. */
async function openBehindRelay(withTls = false): Promise<void> {
  database = await createTestDatabase();
  front = withTls ? await TlsFront.start(selfSigned({ dns: 'localhost' }), database.url) : undefined;
  const url = new URL(front?.urlOf(database.url, '127.0.0.1', '?sslmode=no-verify') ?? database.url);
  const host = decodeURIComponent(url.hostname);
  const port = Number(url.port || 5432);
  const target = host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : { host, port };
  relay = await Relay.start(() => connected(target));
  url.hostname = '127.0.0.1';
  url.port = String(relay.port);
  dataSource = await openDataSource(url.href, 1, boundedClient(PATIENCE_MS, GOODBYE_MS));
}

const ask = () => dataSource.query('select 1 as one');
const change = () => dataSource.transaction(async (manager) => manager.query('select 1 as one'));

afterEach(async () => {
  if (dataSource.isInitialized) await dataSource.destroy();
  await relay.stop();
  await front?.stop();
  await database.drop();
});

const WAYS = [
  ['plain', false],
  ['over TLS', true],
] as const;

it.each(WAYS)(
  'a connection that nothing comes over any more is given up, in and out of transactions, and the next one serves: %s',
  async (_, withTls) => {
    await openBehindRelay(withTls);
    for (const work of [ask, change]) {
      expect(await work()).toEqual([{ one: 1 }]);
      relay.silence();
      relay.speak();
      const failure: unknown = await work().catch((error: unknown) => error);
      expect(databaseFailure(failure).code).toBe('database-unavailable');
      expect(await work()).toEqual([{ one: 1 }]);
    }
  },
);

it('a statement that is answered in time keeps its connection', async () => {
  await openBehindRelay();
  const backend = async () => (await dataSource.query<{ pid: number }[]>('select pg_backend_pid() as pid'))[0]?.pid;
  const first = await backend();
  await expect(dataSource.query('select nonsense')).rejects.toThrow();
  expect(await backend()).toBe(first);
});

it('a connection that PostgreSQL ends between two statements ends no process, and its next statement says so', async () => {
  await openBehindRelay();
  const pool = new Pool({ connectionString: database.url, Client: boundedClient() });
  const lent = await pool.connect();
  const { rows } = await lent.query<{ pid: number }>('select pg_backend_pid() as pid');
  await lent.query('begin');
  // Nothing here listens for its errors: one that nobody hears ends the process, and fails this test.
  const ended = new Promise<void>((resolve) => lent.once('end', resolve));
  await dataSource.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await ended;
  const failure: unknown = await lent.query('select 1').catch((error: unknown) => error);
  expect(databaseFailure(failure).code).toBe('database-unavailable');
  lent.release(true);
  await pool.end();
});

it.each(WAYS)('a pool whose connections nothing comes over any more is closed all the same: %s', async (_, withTls) => {
  await openBehindRelay(withTls);
  await ask();
  relay.silence();
  await dataSource.destroy();
  expect(dataSource.isInitialized).toBe(false);
});
