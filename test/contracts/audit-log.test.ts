import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { AuditRecord } from '../../src/audit/record.js';
import { leafHash } from '../../src/audit/merkle-hash.js';
import { openCheckpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { RunningRoot } from '../../src/audit/verifier/running-root.js';
import { isIncluded } from '../../src/audit/verifier/verify-proof.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { readEntries } from '../../src/storage/audit/log-tables.js';
import { proverOn, readBundle } from '../../src/storage/audit/log-tiles.js';
import { Database } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestLog, TEST_SIGNER, type TestLog } from '../support/test-log.js';

const KEY = readVerifierKey(TEST_SIGNER.verifierKey);
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

function record(requestId: string): AuditRecord {
  const who = { caller: 'c', callerName: null, credential: null, door: 'rest', source: null };
  const what = { operation: 'encrypt', resource: 'key/k', keyring: null, key: null, version: null };
  const how = { outcome: 'success', code: null, node: 'test', durationUs: 1, detail: {} } as const;
  return { id: uuidv7(), at: new Date(), ...who, ...what, ...how, requestId };
}

/** @param hour of the first day of 2020 */
function recordAt(hour: number, requestId: string): AuditRecord {
  return { ...record(requestId), at: new Date(Date.UTC(2020, 0, 1, hour)) };
}

async function size(): Promise<number> {
  const { rows } = await sql.query<{ size: string }>('select size from audit_tree');
  return Number(rows[0]?.size);
}

/** As the owner of the tables does, who may disable triggers: as good as a superuser here. */
async function asOwner(table: string, statement: string): Promise<void> {
  await sql.query(`begin; alter table ${table} disable trigger user; ${statement};
    alter table ${table} enable always trigger ${table}_no_change;
    alter table ${table} enable always trigger ${table}_no_truncate; commit`);
}

/** A process of its own, with one record that has no place yet. */
async function pending(): Promise<TestLog> {
  const writer = openTestLog(database);
  await log.sequencer.catchUp();
  await writer.journal.append(record('tampered with'), []);
  return writer;
}

describe('the audit log in PostgreSQL', () => {
  it('orders what two processes write at once, each record once, and signs what an auditor finds from the entries alone', async () => {
    const other = openTestLog(database);
    const ids = Array.from({ length: 1500 }, (_, at) => `request-${at}`);
    await Promise.all(ids.map((id, at) => (at % 2 ? log : other).journal.append(record(id), [])));
    await log.sequencer.catchUp();
    expect(await size()).toBe(1500);
    const entries = await readEntries(database.reads, 0, 1500);
    const written = entries.map((entry) => (JSON.parse(entry.toString()) as AuditRecord).requestId);
    expect(written.toSorted()).toEqual(ids.toSorted());
    const root = new RunningRoot();
    for (const entry of entries) root.add(entry);
    const checkpoint = openCheckpoint((await log.checkpointer.sign()) ?? '', KEY);
    expect(checkpoint).toEqual({ origin: TEST_SIGNER.name, size: 1500, root: root.root() });
    for (const index of [0, 255, 256, 1023, 1024, 1499]) {
      const path = await proverOn(database.reads).inclusion(index, 1500);
      expect(isIncluded(leafHash(entries[index] as Buffer), index, 1500, path, checkpoint.root)).toBe(true);
    }
    const bundles = await Promise.all([0, 1, 2, 3, 4].map((at) => readBundle(database.reads, at, 256)));
    const framed = entries
      .slice(0, 1280)
      .map((entry) => Buffer.concat([Buffer.of(entry.length >> 8, entry.length & 255), entry]));
    expect(Buffer.concat(bundles).equals(Buffer.concat(framed))).toBe(true);
    expect(log.wrong).toEqual([]);
  });

  it('signs the same tree for several who ask at once', async () => {
    const nodes = Array.from({ length: 4 }, () => openTestLog(database));
    for (let round = 0; round < 20; round++) {
      await log.journal.append(record(`round-${round}`), []);
      await log.sequencer.catchUp();
      const notes = await Promise.all(nodes.map(({ checkpointer }) => checkpointer.newest()));
      expect(new Set(notes).size).toBe(1);
    }
    await log.checkpointer.sign();
  });

  it('signs nothing when nothing was added', async () => {
    expect(await log.checkpointer.sign()).toBeUndefined();
  });

  it('is found by searching right after it was written, and again when the index was made anew', async () => {
    await log.journal.append(record('searched'), []);
    const found = await log.journal.query({ limit: 3 });
    expect(found.map(({ requestId }) => requestId)[0]).toBe('searched');
    await log.projection.restart();
    expect((await log.journal.query({ limit: 3 })).map(({ id }) => id)).toEqual(found.map(({ id }) => id));
  });

  it('finds by time also what a clock that is wrong has written far from its time', async () => {
    const many = Array.from({ length: 9000 }, (_, nth) => recordAt(1 + Math.floor(nth / 3000), `hour-${nth}`));
    const all = [recordAt(3, 'early in the log'), ...many, recordAt(1, 'late in the log')];
    await Promise.all(all.map((one) => log.journal.append(one, [])));
    const found = async (from: number, until: number) => {
      const [since, before] = [from, until].map((hour) => new Date(Date.UTC(2020, 0, 1, hour)));
      return log.journal.query({ since: since as Date, until: before as Date, limit: 10_000 });
    };
    expect((await found(1, 2)).map(({ requestId }) => requestId)).toContain('late in the log');
    expect(await found(1, 2)).toHaveLength(3001);
    expect((await found(3, 4)).at(-1)?.requestId).toBe('early in the log');
    expect(await found(3, 4)).toHaveLength(3001);
    expect(await found(2, 3)).toHaveLength(3000);
    expect(await found(5, 6)).toHaveLength(0);
    const counted = await log.journal.summarise(
      { since: new Date(Date.UTC(2020, 0, 1)), until: new Date(Date.UTC(2020, 0, 2)) },
      'hour',
    );
    expect(counted.histogram.map(({ success }) => success)).toEqual([3001, 3000, 3001]);
  });

  it.each([
    ['update audit_batch set count = 1', 'audit_batch is append-only: UPDATE refused'],
    ['delete from audit_tile', 'audit_tile is append-only: DELETE refused'],
    ['truncate audit_position', 'audit_position is append-only: TRUNCATE refused'],
    ['delete from audit_checkpoint', 'audit_checkpoint is append-only: DELETE refused'],
    ['update audit_bundle set index = 1', 'audit_bundle is append-only: UPDATE refused'],
  ])('refuses %s, also of its owner', async (statement, message) => {
    await expect(sql.query(statement)).rejects.toThrow(message);
  });
});

describe('a database writer', () => {
  const NEWEST = '(select max(arrival) from audit_batch)';

  it('who changes a record that has no place yet: it gets none, and that is said', async () => {
    await pending();
    const before = await size();
    await asOwner(
      'audit_batch',
      `update audit_batch set entries = set_byte(entries, 20, 65) where arrival = ${NEWEST}`,
    );
    await log.sequencer.catchUp();
    expect(await size()).toBe(before);
    expect(log.wrong.pop()).toMatch(/^batch 1 of stream [0-9a-f-]{36} was changed$/);
  });

  it('who changes the hashes with it lacks the signature of the writer', async () => {
    await pending();
    const { rows } = await sql.query<{ entries: Buffer }>(`select entries from audit_batch where arrival = ${NEWEST}`);
    const entry = Buffer.from((rows[0]?.entries ?? Buffer.alloc(0)).subarray(2));
    entry[20] = 65;
    const length = Buffer.of(entry.length >> 8, entry.length & 255);
    await asOwner(
      'audit_batch',
      `update audit_batch set entries = '\\x${Buffer.concat([length, entry]).toString('hex')}',
      leaf_hashes = '\\x${leafHash(entry).toString('hex')}' where arrival = ${NEWEST}`,
    );
    await log.sequencer.catchUp();
    expect(log.wrong.pop()).toMatch(/^batch 1 of stream [0-9a-f-]{36} is not signed by its writer$/);
  });

  it('who opens a stream of his own is not let in', async () => {
    await log.sequencer.catchUp();
    const before = await size();
    const stranger = openTestLog(database);
    await stranger.journal.append(record('mine'), []);
    await asOwner(
      'audit_stream',
      `update audit_stream set certificate = replace(certificate, 'stream@v1', 'stream@v2')
        where id = (select stream from audit_batch where arrival = ${NEWEST})`,
    );
    await log.sequencer.catchUp();
    expect(await size()).toBe(before);
    expect(log.wrong.pop()).toBe('the signature of keystead/test/audit/1 is wrong');
  });

  it('who deletes the newest batch of a living process: it does not go on', async () => {
    const writer = openTestLog(database);
    await writer.journal.append(record('first'), []);
    await log.sequencer.catchUp();
    await writer.journal.append(record('second'), []);
    await asOwner(
      'audit_batch',
      `delete from audit_batch where arrival = ${NEWEST};
      update audit_stream_head h set seq = c.seq, digest = c.digest from audit_cursor c where c.stream = h.stream`,
    );
    await expect(writer.journal.append(record('third'), [])).rejects.toMatchObject({ code: 'integrity-failure' });
  });

  it('who puts yesterday back: nothing more is signed', async () => {
    await log.sequencer.catchUp();
    await log.checkpointer.sign();
    const tables = ['audit_tree', 'audit_tip'];
    for (const table of tables) await sql.query(`create table ${table}_yesterday as select * from ${table}`);
    await openTestLog(database).journal.append(record('today'), []);
    await log.sequencer.catchUp();
    await log.checkpointer.sign();
    for (const table of tables)
      await sql.query(`delete from ${table}; insert into ${table} select * from ${table}_yesterday`);
    await expect(log.checkpointer.sign()).rejects.toMatchObject({ code: 'integrity-failure' });
    await sql.query(`update audit_tip set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where level = 0`);
    await sql.query('update audit_tree set size = size + 1');
    await expect(log.checkpointer.sign()).rejects.toMatchObject({ code: 'integrity-failure' });
  });
});
