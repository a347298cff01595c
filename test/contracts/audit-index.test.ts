import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { openCheckpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { LogKeeper } from '../../src/storage/audit/log-keeper.js';
import { LogWatch } from '../../src/storage/audit/log-watch.js';
import { mayDeleteRecords } from '../../src/storage/audit/may-delete-records.js';
import { Database } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestLog, TEST_SIGNER, type TestLog } from '../support/test-log.js';
import { until } from '../support/until.js';
import { RECORD } from '../unit/audit/sample-record.js';

const LOG = readVerifierKey(TEST_SIGNER.verifierKey);
const NOWHERE = { keyring: null, key: null, resource: 'install', node: 'test' } as const;
/** Of the projection: who holds it keeps the search index from growing. */
const PROJECTING_LOCK = 7_300_021;

let testDatabase: TestDatabase;
let database: Database;
let sql: Client;
let log: TestLog;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ template: migrate });
  const { url } = testDatabase;
  database = await Database.open({ dataDir: '', url, migrationUrl: undefined, poolSize: 4, log: () => undefined });
  sql = new Client({ connectionString: url });
  await sql.connect();
  log = openTestLog(database);
});
afterAll(async () => {
  await sql.end();
  await database.stop();
  await testDatabase.drop();
});

async function append(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => appendOne()));
}

async function appendOne(): Promise<void> {
  await log.journal.append({ ...RECORD, ...NOWHERE, id: uuidv7() }, []);
}

it('is made again from the log while it is searched, whatever was done to it', async () => {
  await append(1300);
  await log.sequencer.catchUp();
  await log.projection.catchUp();
  const before = await log.journal.query({ order: 'oldest', limit: 3000 });
  expect(before).toHaveLength(1300);
  await sql.query(`update audit_record set caller = 'nobody' where index < 700`);
  await sql.query(`delete from audit_record where index between 900 and 1100`);
  // Some that are nowhere in the log, and one that leads to other bytes.
  await sql.query(`update audit_record set index = 5000 + index where index between 1200 and 1210`);
  await sql.query(`update audit_record set start = 7, length = 70 where index = 1250`);
  await expect(log.journal.query({ limit: 100 })).rejects.toMatchObject({ code: 'integrity-failure' });
  expect(await log.journal.rebuild()).toBe(1300);
  await log.projection.advance(once());
  const meanwhile = await sql.query(
    `select count(*)::integer as count from audit_record where index between 1215 and 1249`,
  );
  expect(meanwhile.rows).toEqual([{ count: 35 }]);
  expect(await log.journal.search({ order: 'oldest', limit: 3000 })).toEqual({ records: before, behind: 0 });
});

it('falls behind alone: order and checkpoints go on, searches say how much they lack, and what must be whole is refused', async () => {
  const watch = new LogWatch(database.reads);
  const failures: unknown[] = [];
  const { sequencer, projection, checkpointer, inbox } = log;
  let isOverloaded = false;
  const keep = [sequencer, projection, checkpointer, inbox, watch] as const;
  const keeper = new LogKeeper(
    ...keep,
    (why) => failures.push(why),
    () => isOverloaded,
  );
  await sql.query('select pg_advisory_lock($1)', [PROJECTING_LOCK]);
  try {
    keeper.start();
    await append(50);
    await until(() => sizeOf(log.kept.note) === 1350);
    await until(() => watch.lag.unsearchable === 50 && watch.lag.unordered === 0 && watch.lag.unsigned === 0);
    const { journal } = openTestLog(database, 100);
    const { records, behind } = await journal.search({ limit: 5 });
    expect({ behind, newest: records[0]?.index }).toEqual({ behind: 50, newest: 1299 });
    expect(await journal.summarise({}, 'day')).toMatchObject({ behind: 50, counts: { success: 1300 } });
    const exposed = journal.dataKeysUnder({ key: uuidv7(), version: 1, limit: 5 });
    await expect(exposed).rejects.toMatchObject({ code: 'overloaded' });
  } finally {
    await sql.query('select pg_advisory_unlock($1)', [PROJECTING_LOCK]);
  }
  await until(() => watch.lag.unsearchable === 0);
  expect(await log.journal.search({ limit: 1 })).toMatchObject({ behind: 0, records: [{ index: 1349 }] });
  await keeper.stop();
  expect(failures).toEqual([]);
});

it('waits where the node is overloaded, for a search', async () => {
  const failures: unknown[] = [];
  const { sequencer, projection, checkpointer, inbox } = log;
  const keep = [sequencer, projection, checkpointer, inbox, new LogWatch(database.reads)] as const;
  const keeper = new LogKeeper(
    ...keep,
    (why) => failures.push(why),
    () => true,
  );
  keeper.start();
  await append(20);
  await until(() => sizeOf(log.kept.note) === 1370);
  const { rows } = await sql.query('select projected::integer from audit_tree');
  expect(rows).toEqual([{ projected: 1350 }]);
  expect(await log.journal.search({ limit: 1 })).toMatchObject({ behind: 0, records: [{ index: 1369 }] });
  await keeper.stop();
  expect(failures).toEqual([]);
});

it('deletes batches that bundles hold and a checkpoint has covered for a day, and goes on from that checkpoint', async () => {
  const batched = async () => {
    const { rows } = await sql.query<{ first: string; count: number }>(
      'select p.first, b.count from audit_batch b join audit_position p using (arrival) order by p.first',
    );
    return rows.map(({ first, count }) => ({ first: Number(first), end: Number(first) + count }));
  };
  const published = await log.published.checkpoint();
  const before = await batched();
  const bundled = Math.floor(sizeOf(published) / 256) * 256;
  await log.inbox.purge();
  expect(await batched()).toEqual(before);
  await sql.query(`alter table audit_checkpoint disable trigger audit_checkpoint_no_change`);
  await sql.query(`update audit_checkpoint set signed_at = signed_at - interval '1 day'`);
  await sql.query(`alter table audit_checkpoint enable always trigger audit_checkpoint_no_change`);
  await log.inbox.purge();
  expect(await batched()).toEqual(before.filter(({ end }) => end > bundled));
  expect(before[0]?.end).toBeLessThan(bundled);

  const restarted = openTestLog(database);
  await restarted.journal.append({ ...RECORD, ...NOWHERE, id: uuidv7() }, []);
  expect(sizeOf(await restarted.published.checkpoint())).toBe(sizeOf(published) + 1);
  expect(restarted.wrong).toEqual([]);
  expect(await restarted.journal.query({ limit: 3000 })).toHaveLength(sizeOf(published) + 1);
  await expect(sql.query('delete from audit_batch')).rejects.toThrow('audit_batch is append-only: DELETE refused');
});

it('knows whether the role that it runs as could delete records', async () => {
  expect(await mayDeleteRecords(database.reads)).toBe(true);
});

function sizeOf(note: string | undefined): number {
  return note === undefined ? 0 : openCheckpoint(note, LOG).size;
}

function once(): () => boolean {
  let times = 0;
  return () => times++ === 0;
}
