import { randomBytes } from 'node:crypto';
import { access, constants, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { errorCode } from '../../src/storage/embedded/error-code.js';
import { startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.js';
import { isKmsError } from '../../src/errors.js';
import { until } from './until.js';

/** Handed to the test files' processes: a URL that may create databases, and the prefix of this run's databases. */
export const ADMIN_URL = 'KEYSTEAD_TEST_ADMIN_URL';
export const DATABASE_PREFIX = 'KEYSTEAD_TEST_DATABASE_PREFIX';

export interface TestServer {
  stop(): Promise<void>;
}

/** Followed by the process id of the run. */
const PREFIX = 'keystead-test-';

/** No crash is to be survived here: nothing is flushed. */
const THROWAWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '4GB',
  max_connections: '1000',
  autovacuum: 'off',
};

/**
 * Starts the PostgreSQL of one test run in memory, or takes the one that KEYSTEAD_TEST_DATABASE_URL names, whose user
 * must be allowed to create databases. `stop` leaves nothing behind on either.
 */
export async function startTestServer(): Promise<TestServer> {
  const prefix = `keystead_test_${process.pid}_${randomBytes(3).toString('hex')}`;
  process.env[DATABASE_PREFIX] = prefix;
  const external = process.env['KEYSTEAD_TEST_DATABASE_URL'];
  if (external) {
    process.env[ADMIN_URL] = external;
    return { stop: () => dropDatabases(external, prefix) };
  }
  const parent = await memoryDirectory();
  await removeLeftovers(parent);
  const dataDir = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  const server = await startEmbeddedPostgres({ dataDir, settings: THROWAWAY });
  await mayCreateDatabases(server.superuserUrl, server.connection.user);
  process.env[ADMIN_URL] = server.url;
  return {
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function memoryDirectory(): Promise<string> {
  return access('/dev/shm', constants.W_OK).then(
    () => '/dev/shm',
    () => tmpdir(),
  );
}

/** A run that was killed leaves its server and files: starting a server there stops the old one, and then it can go. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = /^keystead-test-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const dataDir = join(parent, name);
    try {
      await (await startEmbeddedPostgres({ dataDir, settings: THROWAWAY })).stop();
    } catch (error) {
      if (isKmsError(error, 'conflict')) continue;
    }
    await rm(dataDir, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function mayCreateDatabases(superuserUrl: string, role: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`ALTER ROLE ${role} CREATEDB CREATEROLE`);
  await client.end();
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [prefix],
  );
  for (const { datname } of rows) {
    // A worker of autovacuum, which only a superuser may end, ends by itself.
    await until(() => isGone(client, datname));
  }
  await client.end();
}

async function isGone(client: Client, datname: string): Promise<boolean> {
  try {
    await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
    return true;
  } catch (error) {
    if (errorCode(error) === '42501') return false;
    throw error;
  }
}
