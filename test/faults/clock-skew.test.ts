import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { PostgresInstall } from '../support/postgres-install.js';
import { sampleKey } from '../support/sample-key.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const MINUTE = 60_000;
const PERIOD = 90 * 24 * 60 * MINUTE;
const SKEW = 10 * MINUTE;

let install: PostgresInstall;
let sql: Client;

beforeAll(async () => {
  install = await PostgresInstall.make();
  sql = new Client({ connectionString: install.database.url });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await install.close();
});

/** A key whose rotation is due so much later than now. @returns its id */
async function makeKey(name: string, dueIn: number): Promise<string> {
  const { ledger, clock } = install.first;
  const keyringId = (await ledger.install()).keyringsByName.get('default')?.id ?? '';
  const [key, versions] = sampleKey(keyringId, name);
  const createdAt = new Date(clock.now() + dueIn - PERIOD);
  const policy = { keyringId, target: key.id, document: { rotate: { every: '90d' } }, setAt: createdAt, selectors: [] };
  await ledger.change([keyringId], async (change) => {
    change.putKey(
      { ...key, createdAt },
      versions.map((row) => ({ ...row, createdAt })),
    );
    change.put('policy', policy);
  });
  return key.id;
}

interface State {
  readonly versions: number;
  /** Of the newest version and of its record, by the database's clock. */
  readonly minutesAgo: number;
  readonly recordMinutesAgo: number | null;
  /** The schedule has looked at it, and will again later. */
  readonly isSettled: boolean;
}

async function stateOf(key: string): Promise<State> {
  const { rows } = await sql.query<State>(
    `select version_count as versions, extract(epoch from now() - newest.created_at)::float8 / 60 as "minutesAgo",
       (select extract(epoch from now() - at)::float8 / 60 from audit_record
        where audit_record.key = key.id and operation = 'key.rotate') as "recordMinutesAgo",
       coalesce((select due_at > now() and claimed_until is null from due_key where key_id = key.id), false) as "isSettled"
     from key join key_version newest on newest.key_id = key.id and newest.version = version_count where key.id = $1`,
    [key],
  );
  if (!rows[0]) throw new Error('the key is gone');
  return rows[0];
}

it.each([
  ['ahead', SKEW],
  ['behind', -SKEW],
])('a node whose clock is 10 minutes %s rotates what is due by the clock of the database', async (_which, skew) => {
  const late = await makeKey(`late-${skew}`, -SKEW / 2);
  const early = await makeKey(`early-${skew}`, SKEW / 2);
  const began = Date.now();
  const node = await Server.start({
    dataDir: install.directory,
    databaseUrl: install.database.url,
    env: {
      KEYSTEAD_ROOT_KEY: 'local:',
      NODE_OPTIONS: `--import=${resolve('test/support/skewed-clock.js')}`,
      TEST_CLOCK_SKEW_MS: String(skew),
    },
  });
  try {
    const [, logged = ''] = /"time":"([^"]+)"/.exec(node.output) ?? [];
    expect(Math.abs(Date.parse(logged) - began - skew)).toBeLessThan(SKEW / 2);
    while (!(await stateOf(late)).isSettled || !(await stateOf(early)).isSettled) await sleep(100);
    // The record is found once it is ordered.
    await until(async () => (await stateOf(late)).recordMinutesAgo !== null);
    const rotated = await stateOf(late);
    expect(rotated.versions).toBe(2);
    expect(Math.abs(rotated.minutesAgo)).toBeLessThan(5);
    expect(Math.abs(rotated.recordMinutesAgo ?? Infinity)).toBeLessThan(5);
    expect((await stateOf(early)).versions).toBe(1);
  } finally {
    await node.stop();
  }
});
