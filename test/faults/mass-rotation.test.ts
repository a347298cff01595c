import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { PostgresInstall } from '../support/postgres-install.js';
import { sampleKey } from '../support/sample-key.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const DAY = 86_400_000;
/** KEYSTEAD_TEST_KEYS=10000 for the full size. */
const KEYS = Number(process.env['KEYSTEAD_TEST_KEYS'] ?? 2000);
const AT_ONCE = 250;
const NODES = 3;
const KILLS = 4;

jest.setTimeout(600_000 + KEYS * 50);

let install: PostgresInstall;
let sql: Client;
const servers: Server[] = [];

beforeAll(async () => {
  install = await PostgresInstall.make();
  sql = new Client({ connectionString: install.database.url });
  await sql.connect();
});
afterAll(async () => {
  for (const server of servers) await server.stop();
  await sql.end();
  await install.close();
});

/** Keys whose rotation has been due for ten days. */
async function makeDueKeys(): Promise<void> {
  const { ledger } = install.first;
  const keyringId = (await ledger.install()).keyringsByName.get('default')?.id ?? '';
  const createdAt = new Date(Date.now() - 100 * DAY);
  for (let made = 0; made < KEYS; made += AT_ONCE) {
    await ledger.change([keyringId], async (change) => {
      for (let index = made; index < Math.min(KEYS, made + AT_ONCE); index++) {
        const [key, versions] = sampleKey(keyringId, `due-${index}`);
        change.putKey(
          { ...key, createdAt },
          versions.map((row) => ({ ...row, createdAt })),
        );
      }
    });
  }
  const document = { rotate: { every: '90d' } };
  await ledger.change([keyringId], async (change) =>
    change.put('policy', { keyringId, target: 'keyring', document, setAt: createdAt, selectors: [] }),
  );
}

function start(): Promise<Server> {
  return Server.start({
    dataDir: install.directory,
    databaseUrl: install.database.url,
    env: { KEYSTEAD_ROOT_KEY: 'local:' },
  });
}

async function count(query: string): Promise<number> {
  const { rows } = await sql.query<{ count: string }>(query);
  return Number(rows[0]?.count);
}

const rotated = () => count('select count(*) from key where version_count > 1');

/** Waits until so many are rotated. @throws Error when nothing happens any more */
async function untilRotated(wanted: number): Promise<void> {
  for (let before = -1, idle = 0; ;) {
    const now = await rotated();
    if (now >= wanted) return;
    idle = now === before ? idle + 1 : 0;
    if (idle > 600) throw new Error(`${now} of ${KEYS} keys are rotated, and no more: ${servers.at(-1)?.output}`);
    before = now;
    await sleep(100);
  }
}

it(`${KEYS} keys that are due at once, on ${NODES} nodes that are killed: each is rotated once, and so on record`, async () => {
  await makeDueKeys();
  for (let node = 0; node < NODES; node++) servers.push(await start());
  const began = performance.now();
  const moments = Array.from({ length: KILLS }, () => Math.random() * 0.9).toSorted((a, b) => a - b);
  for (const part of moments) {
    await untilRotated(Math.floor(KEYS * part));
    const victim = servers.splice(Math.floor(Math.random() * servers.length), 1)[0];
    victim?.process.kill('SIGKILL');
    // A minute passes: what the victim had claimed is free again, and so is what the others have. That must do no harm either.
    await sql.query('update due_key set claimed_until = null');
    servers.push(await start());
  }
  await untilRotated(KEYS);
  const seconds = (performance.now() - began) / 1000;
  console.log(`${KEYS} keys rotated by ${NODES} nodes, ${KILLS} killed on the way, in ${seconds.toFixed(1)} s`);

  const records = `from audit_record where operation = 'key.rotate' and caller = 'system:rotation'`;
  const recorded = () => count(`select count(*) ${records} and outcome = 'success'`);
  // They are found once they are ordered, and searchable.
  await until(async () => (await recorded()) >= KEYS);
  // What is still under way would show here, too.
  await sleep(2000);
  const size = await count('select size as count from audit_tree');
  await until(async () => (await count('select projected as count from audit_tree')) >= size);
  expect(await count('select count(*) from key where version_count <> 2 or primary_version <> 2')).toBe(0);
  expect(await recorded()).toBe(KEYS);
  expect(await count(`select count(distinct key) ${records} and outcome = 'success'`)).toBe(KEYS);
  expect(await count(`select count(*) from key_version where version = 1 and state <> 'active'`)).toBe(0);
});
