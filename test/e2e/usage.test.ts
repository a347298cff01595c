import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { KeysteadClient } from '../../src/client/client.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeCallers } from '../support/make-callers.js';
import { Server, type Tokens } from '../support/server.js';

let database: TestDatabase;
let sql: Client;
let dataDir: string;
let server: Server;
let tokens: Tokens;

const start = () =>
  Server.start({
    dataDir,
    databaseUrl: database.url,
    env: { KEYSTEAD_ROOT_KEY: `local:${join(dataDir, 'root.key')}` },
  });

beforeAll(async () => {
  database = await createTestDatabase();
  sql = new Client({ connectionString: database.url });
  await sql.connect();
  dataDir = await mkdtemp(join(tmpdir(), 'keystead-usage-'));
  await createLocalRootKey(join(dataDir, 'root.key'));
  server = await start();
  tokens = await makeCallers(server, (await readFile(join(dataDir, 'bootstrap-token'), 'utf8')).trim());
});
afterAll(async () => {
  await server.stop();
  await sql.end();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const client = (token: string) => new KeysteadClient({ url: server.url, token });
const encryptionsOf = async (key: string) => (await client(tokens.keyAdmin).versions.usage(key, 1)).encryptions;
async function writtenDown(keyId: string): Promise<number> {
  const { rows } = await sql.query<{ encryptions: string }>('select encryptions from key_use where key_id = $1', [
    keyId,
  ]);
  return Number(rows[0]?.encryptions ?? 0);
}
async function use(key: string, times: number): Promise<void> {
  const app = client(tokens.app);
  await Promise.all(Array.from({ length: times }, () => app.encrypt(key, { plaintext: Buffer.from('x') })));
}

it('is exact over a clean stop', async () => {
  await client(tokens.keyAdmin).keys.create({ name: 'counted' });
  await use('counted', 137);
  expect(await encryptionsOf('counted')).toBe(137);
  expect(await server.stop()).toBe(0);
  server = await start();
  expect(await encryptionsOf('counted')).toBe(137);
  await use('counted', 3);
  expect(await encryptionsOf('counted')).toBe(140);
  const { lastUsedAt, lastUsedBy, bytes } = await client(tokens.keyAdmin).versions.usage('counted', 1);
  const { id } = await client(tokens.app).whoami();
  expect({ lastUsedBy, bytes }).toEqual({ lastUsedBy: id, bytes: 140 });
  expect(Date.parse(lastUsedAt ?? '')).toBeLessThan(Date.now() + 60_000);
});

it('loses the last seconds at most when the server is killed', async () => {
  const { id } = await client(tokens.keyAdmin).keys.create({ name: 'killed' });
  await use('killed', 50);
  // Within seconds, also on a busy machine.
  while ((await writtenDown(id)) < 50) await sleep(50);
  await use('killed', 10);
  await server.stop('SIGKILL');
  server = await start();
  const kept = await encryptionsOf('killed');
  expect(kept).toBeGreaterThanOrEqual(50);
  expect(kept).toBeLessThanOrEqual(60);
});
