import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Pool, QueryConfig } from 'pg';
import type { DataSource } from 'typeorm';

import type { AuditRecord } from '../../src/audit/record.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { readEntries } from '../../src/storage/audit/log-tables.js';
import { Database } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestLog, type TestLog } from '../support/test-log.js';
import { until } from '../support/until.js';

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ template: migrate });
  const { url } = testDatabase;
  database = await Database.open({ dataDir: '', url, migrationUrl: undefined, poolSize: 4, log: () => undefined });
});

afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});

async function write({ journal }: TestLog, requestId: string): Promise<void> {
  const who = { caller: 'c', callerName: null, credential: null, door: 'rest', source: null };
  const what = { operation: 'encrypt', resource: 'key/k', keyring: null, key: null, version: null };
  const how = { outcome: 'success', code: null, node: 'test', durationUs: 1, detail: {} } as const;
  const record: AuditRecord = { id: uuidv7(), at: new Date(), ...who, ...what, ...how, requestId };
  await journal.append(record, []);
}

/** What has its place, in its order. */
async function ordered(): Promise<readonly string[]> {
  const [tree] = await database.reads.query<{ size: string }[]>('select size from audit_tree');
  const entries = await readEntries(database.reads, 0, Number(tree?.size));
  return entries.map((entry) => (JSON.parse(entry.toString()) as AuditRecord).requestId);
}

/** A process that stands still each time before it lets the log grow. */
class Stalled {
  readonly log: TestLog;
  #arrived: () => void = () => undefined;
  #go: () => void = () => undefined;

  constructor() {
    const pool = (database.changes.driver as unknown as { readonly master: Pool }).master;
    const query = async (config: QueryConfig) => {
      if (config.name === 'grow') await this.#stall();
      return pool.query(config);
    };
    const driver = { master: { query } };
    const manager = { dataSource: { driver } };
    const { appends, reads } = database;
    const changes = Object.create(database.changes, { manager: { value: manager } }) as DataSource;
    this.log = openTestLog({ appends, reads, changes });
  }

  #stall(): Promise<void> {
    this.#arrived();
    return new Promise((resolve) => (this.#go = resolve));
  }

  /** @returns what lets it go on */
  async untilThere(tick: () => Promise<unknown>): Promise<() => Promise<unknown>> {
    const there = new Promise<void>((resolve) => (this.#arrived = resolve));
    const ticking = tick();
    await there;
    return () => {
      this.#go();
      return ticking;
    };
  }
}

it('of two that order the same records one does, however late the other comes', async () => {
  const [slow, other] = [new Stalled(), openTestLog(database)];
  await write(other, 'one');
  const goOn = await slow.untilThere(() => slow.log.sequencer.tick(true));
  await write(other, 'two');
  await other.sequencer.catchUp();
  expect(await ordered()).toEqual(['one', 'two']);
  expect(await goOn()).toBe(true);
  expect(await ordered()).toEqual(['one', 'two']);
  await write(other, 'three');
  const again = await slow.untilThere(() => slow.log.sequencer.catchUp());
  await again();
  expect(await ordered()).toEqual(['one', 'two', 'three']);
  await write(other, 'four');
  await other.sequencer.catchUp();
  expect(await ordered()).toEqual(['one', 'two', 'three', 'four']);
});

/** What it was too slow to look at at once says nothing, and must not wait for the second try, nor have made the second the one who goes on. */
async function leavesItToTheFirst(first: TestLog, second: TestLog): Promise<void> {
  for (;;) {
    await write(first, 'before');
    await first.sequencer.catchUp();
    const began = performance.now();
    await write(first, 'at once');
    await second.sequencer.tick(false);
    const isInTime = performance.now() - began < 200;
    const newest = (await ordered()).at(-1);
    await first.sequencer.catchUp();
    if (isInTime) return expect(newest).not.toBe('at once');
  }
}

it('whoever ordered last goes on; another takes over what waits for too long, and the first leaves it to him', async () => {
  const [first, second] = [openTestLog(database), openTestLog(database)];
  await first.sequencer.catchUp();
  await write(first, 'five');
  await first.sequencer.catchUp();
  await leavesItToTheFirst(first, second);
  await write(first, 'six');
  await until(async () => {
    await second.sequencer.tick(false);
    return (await ordered()).includes('six');
  });
  await write(first, 'seven');
  await first.sequencer.tick(false);
  expect(await ordered()).not.toContain('seven');
  await second.sequencer.tick(false);
  expect((await ordered()).slice(-3)).toEqual(['at once', 'six', 'seven']);
});
