import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { leafHash } from '../../src/audit/merkle-hash.js';
import { bundleOf } from '../../src/audit/log/bundle.js';
import { encodeEntry } from '../../src/audit/log/entry.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { openCheckpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { readTip } from '../../src/storage/audit/log-tables.js';
import type { PlacedEntry } from '../../src/audit/delivery/record-target.js';
import { SinkFeed } from '../../src/storage/audit/sink-feed.js';
import { Database } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestLog, TEST_SIGNER, type TestLog } from '../support/test-log.js';
import type { AuditRecord } from '../../src/audit/record.js';
import { RECORD } from '../unit/audit/sample-record.js';

const NEWEST = '(select max(arrival) from audit_batch)';
const TABLES = ['audit_stream', 'audit_batch', 'audit_bundle', 'audit_tile', 'audit_position', 'audit_checkpoint'];

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
  // A superuser may do everything.
  for (const table of TABLES) await sql.query(`alter table ${table} disable trigger all`);
  log = openTestLog(database);
  await write(log, 'first');
  await log.sequencer.catchUp();
  await log.checkpointer.sign();
});
afterAll(async () => {
  await sql.end();
  await database.stop();
  await testDatabase.drop();
});

function record(requestId: string): AuditRecord {
  return { ...RECORD, id: uuidv7(), at: new Date(), keyring: null, key: null, requestId };
}

async function write(writer: TestLog, requestId: string): Promise<void> {
  await writer.journal.append(record(requestId), []);
}

async function requestIds(): Promise<string[]> {
  return (await log.journal.query({ limit: 1000, order: 'oldest' })).map(({ requestId }) => requestId);
}

/** Batches that have no place. */
async function waiting(): Promise<number> {
  const { rows } = await sql.query(
    `select 1 from audit_batch b left join audit_position p using (arrival) where p.first is null`,
  );
  return rows.length;
}

describe('a superuser who keeps records out of the log', () => {
  it('by deleting a batch that has no place yet: its process writes no more, also where the stream goes on', async () => {
    const writer = openTestLog(database);
    await write(writer, 'deleted');
    await sql.query(`delete from audit_batch where arrival = ${NEWEST}`);
    await writer.sequencer.catchUp();
    expect(writer.wrong).toEqual([expect.stringMatching(/^records 1 to 1 of stream [0-9a-f-]{36} were removed$/)]);
    await expect(write(writer, 'goes on')).rejects.toMatchObject({ code: 'integrity-failure' });
  });

  it('by changing a batch that has no place yet: its process writes no more, and others do', async () => {
    const writer = openTestLog(database);
    await write(writer, 'changed');
    await sql.query(`update audit_batch set entries = set_byte(entries, 20, 65) where arrival = ${NEWEST}`);
    await writer.sequencer.catchUp();
    expect(writer.sequencer.leftOut).toBeGreaterThan(0);
    await expect(write(writer, 'goes on')).rejects.toMatchObject({ code: 'integrity-failure' });
    await write(log, 'of another');
    expect((await requestIds()).at(-1)).toBe('of another');
  });

  it('by having a stream read again from its beginning: the others go on', async () => {
    const writer = openTestLog(database);
    await write(writer, 'once');
    await writer.sequencer.catchUp();
    await write(writer, 'twice');
    await sql.query(
      `delete from audit_cursor where stream = (select stream from audit_batch where arrival = ${NEWEST})`,
    );
    await write(log, 'of another');
    await log.sequencer.catchUp();
    expect(log.wrong.at(-1)).toMatch(/^record 1 of stream [0-9a-f-]{36} is in the log already, at \d+$/);
    expect((await requestIds()).filter((id) => ['once', 'of another'].includes(id)).at(-1)).toBe('of another');
  });
});

it('rubbish of many streams holds up nobody', async () => {
  await sql.query(`insert into audit_stream (id, node, public_key, certificate)
      select gen_random_uuid(), 'rubbish', decode(repeat('00', n % 40), 'hex'), repeat('x', n) from generate_series(1, 200) n`);
  await sql.query(`insert into audit_stream_head select id, 9223372036854775807, public_key from audit_stream where node = 'rubbish';
    insert into audit_batch (arrival, stream, seq, count, before, entries, leaf_hashes, signature)
      select nextval('audit_arrival'), id, 9223372036854775807, -1, public_key, '\\xffff', public_key, public_key
        from audit_stream where node = 'rubbish' and length(certificate) % 2 = 0`);
  await write(log, 'behind rubbish');
  expect((await requestIds()).at(-1)).toBe('behind rubbish');
  expect(log.sequencer.leftOut).toBeGreaterThanOrEqual(200);
  await sql.query(`delete from audit_batch where stream in (select id from audit_stream where node = 'rubbish');
    delete from audit_stream_head where stream in (select id from audit_stream where node = 'rubbish')`);
});

it('large records are taken a few at once, however many wait', async () => {
  const detail = { context: Array.from({ length: 64 }, () => '\u0001'.repeat(100)) };
  const large = Array.from({ length: 600 }, (_, at) => ({ ...record(`large ${at}`), detail }));
  const leftOut = await waiting();
  await Promise.all(large.map((one) => log.journal.append(one, [])));
  const before = await waiting();
  expect(await log.sequencer.tick(true)).toBe(true);
  const after = await waiting();
  expect(after).toBeGreaterThan(leftOut);
  expect(after).toBeLessThan(before);
  await log.sequencer.catchUp();
  expect(await waiting()).toBe(leftOut);
});

it('commits records durably, whatever the database is set to', async () => {
  await database.changes.transaction(async (manager) => {
    await manager.query('set local synchronous_commit = off');
    await log.writer.appendIn(manager, [record('durable')]);
    expect(await manager.query('show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
  });
});

it('those who sign at once keep the newest', async () => {
  const { kept, checkpointer, sequencer } = log;
  const size = () => openCheckpoint(kept.note ?? '', readVerifierKey(TEST_SIGNER.verifierKey)).size;
  const keep = kept.write.bind(kept);
  const sizes: number[] = [];
  kept.write = async (note) => {
    // The first takes longest.
    await new Promise((resolve) => setTimeout(resolve, sizes.length === 0 ? 50 : 0));
    await keep(note);
    sizes.push(size());
  };
  for (let at = 0; at < 5; at++) {
    await write(log, `signed ${at}`);
    await sequencer.catchUp();
    void checkpointer.newest();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await checkpointer.newest();
  kept.write = keep;
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
});

describe('a superuser who changes what the service says of the log', () => {
  it('by its checkpoints: a proof in that tree is refused with a word', async () => {
    await log.sequencer.catchUp();
    await log.checkpointer.sign();
    const { size } = await readTip(database.reads);
    await sql.query(`update audit_checkpoint set note = replace(note, 'audit/1', 'audit/2') where size = $1`, [size]);
    await expect(log.published.proof(0, size)).rejects.toMatchObject({ code: 'integrity-failure' });
  });

  it('by the bytes of a record: it is not served', async () => {
    const { size } = await readTip(database.reads);
    await sql.query(`create table kept_batch as select * from audit_batch where arrival = ${NEWEST}`);
    for (const change of [`set_byte(entries, 40, 1)`, `set_byte(entries, 0, 255)`]) {
      await sql.query(`update audit_batch set entries = ${change} where arrival = ${NEWEST}`);
      await expect(log.published.entry(size - 1)).rejects.toMatchObject({ code: 'integrity-failure' });
    }
    await sql.query(`update audit_batch b set entries = k.entries from kept_batch k where k.arrival = b.arrival`);
    expect(await log.published.entry(size - 1)).toBeInstanceOf(Buffer);
  });

  it('by how much of it can be searched, or was delivered: both are told', async () => {
    await sql.query('update audit_tree set minimum = size + 100');
    await expect(log.journal.query({ limit: 1 })).rejects.toMatchObject({ code: 'integrity-failure' });
    await sql.query('update audit_tree set minimum = 0');
    const said: string[] = [];
    const events = { failed: (_: string, why: string) => void said.push(why), recovered: () => undefined };
    const taken: number[] = [];
    const send = async (records: readonly PlacedEntry[]) => void taken.push(...records.map(({ index }) => index));
    const feed = new SinkFeed(database.reads, { name: 'place', send }, events);
    await sql.query(`insert into audit_sink values ('place', 9000000, $1, 'infinity')`, [uuidv7()]);
    await feed.round();
    expect(feed.isFailing).toBe(true);
    expect(said).toEqual([expect.stringContaining('9000000 records are said to be delivered')]);
    await sql.query(`update audit_sink set delivered = 0, claimed_by = $1, claimed_until = 'infinity'`, [uuidv7()]);
    await feed.round();
    expect(taken.length).toBe((await readTip(database.reads)).size);
  });
});

describe('a superuser who lets the tree grow by himself', () => {
  it('changes a record that has its place and is not signed yet: it is never signed', async () => {
    await log.sequencer.catchUp();
    await log.checkpointer.sign();
    const other = openTestLog(database);
    await other.checkpointer.sign();
    await write(log, 'placed');
    await log.sequencer.catchUp();
    await sql.query(`create table kept_tip as select * from audit_tip`);
    const { rows } = await sql.query<{ entries: Buffer }>(`select entries from audit_batch where arrival = ${NEWEST}`);
    const entry = Buffer.from(rows[0]!.entries.subarray(2).toString().replace('"placed"', '"forged"'));
    const tip = await readTip(database.reads);
    const level0 = tip.levels()[0]!;
    await sql.query(`update audit_batch set entries = $1, leaf_hashes = $2 where arrival = ${NEWEST}`, [
      bundleOf([entry]),
      leafHash(entry),
    ]);
    await sql.query('update audit_tip set hashes = $1 where level = 0', [
      Buffer.concat([level0.subarray(0, -32), leafHash(entry)]),
    ]);
    for (const { checkpointer } of [log, other]) {
      await expect(checkpointer.sign()).rejects.toMatchObject({ code: 'integrity-failure' });
    }
    await sql.query(`update audit_batch set entries = $1, leaf_hashes = $2 where arrival = ${NEWEST}`, [
      rows[0]!.entries,
      leafHash(rows[0]!.entries.subarray(2)),
    ]);
    await sql.query(`update audit_tip t set hashes = k.hashes from kept_tip k where k.level = t.level`);
    for (const { checkpointer } of [log, other]) await checkpointer.sign();
  });

  it('plants a record that no process wrote: nothing more is signed', async () => {
    const size = (await readTip(database.reads)).size;
    const stream = uuidv7();
    const entry = encodeEntry({ ...RECORD, requestId: 'planted' }, { stream, seq: 1 });
    await sql.query(
      `insert into audit_stream (id, node, public_key, certificate) select $1, node, public_key, certificate from audit_stream limit 1`,
      [stream],
    );
    await sql.query(
      `insert into audit_batch (arrival, stream, seq, count, before, entries, leaf_hashes, signature)
      select 9000000, $1, 1, 1, before, $2, $3, signature from audit_batch limit 1`,
      [stream, bundleOf([entry]), leafHash(entry)],
    );
    await sql.query('insert into audit_position values ($1, 1, 9000000)', [size]);
    await sql.query(`update audit_tip set hashes = hashes || $1 where level = 0`, [leafHash(entry)]);
    await sql.query('update audit_tree set size = $1', [size + 1]);
    for (const node of [log, openTestLog(database)]) {
      await expect(node.checkpointer.sign()).rejects.toMatchObject({
        code: 'integrity-failure',
        detail: expect.stringContaining(`no writer of the log wrote record ${size}`),
      });
    }
  });
});
