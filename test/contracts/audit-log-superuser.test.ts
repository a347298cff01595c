import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { leafHash } from '../../src/audit/merkle-hash.js';
import { bundleOf, entriesOf } from '../../src/audit/log/bundle.js';
import { tileWidth } from '../../src/audit/log/tile.js';
import { TreeTip } from '../../src/audit/log/tree-tip.js';
import type { AuditLog } from '../../src/audit/audit-log.js';
import type { AuditRecord } from '../../src/audit/record.js';
import { openCheckpoint, type Checkpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { verifyLog } from '../../src/audit/verifier/verify-log.js';
import { KeysteadError } from '../../src/client/keystead-error.js';
import { ServerLog } from '../../src/cli/server-log.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { Database } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestLog, TEST_SIGNER, type TestLog } from '../support/test-log.js';

const KEY = readVerifierKey(TEST_SIGNER.verifierKey);
const TABLES = ['audit_batch', 'audit_bundle', 'audit_tile', 'audit_position', 'audit_checkpoint'];
const RECORDS = 600;

let testDatabase: TestDatabase;
let database: Database;
let sql: Client;
let log: TestLog;
/** What the auditor has kept: at 300 records, and at the end. */
let kept: Checkpoint[];

beforeEach(async () => {
  testDatabase = await createTestDatabase({ template: migrate });
  const { url } = testDatabase;
  database = await Database.open({ dataDir: '', url, migrationUrl: undefined, poolSize: 4, log: () => undefined });
  sql = new Client({ connectionString: url });
  await sql.connect();
  log = openTestLog(database);
  kept = [await grow(300), await grow(RECORDS - 300)];
  // A superuser may do everything.
  for (const table of TABLES) await sql.query(`alter table ${table} disable trigger all`);
});

afterEach(async () => {
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

/** Records of one batch after another, each of three. */
async function grow(count: number): Promise<Checkpoint> {
  for (let at = 0; at < count; at += 3) {
    await Promise.all([0, 1, 2].map((n) => log.journal.append(record(`r${at + n}`), [])));
  }
  await log.sequencer.catchUp();
  return openCheckpoint((await log.checkpointer.sign()) ?? '', KEY);
}

async function size(): Promise<number> {
  const { rows } = await sql.query<{ size: string }>('select size from audit_tree');
  return Number(rows[0]?.size);
}

/** The log as the service serves it, to an auditor's command. */
function served(published: AuditLog, minimumIndex = 0): ServerLog {
  const tiles: ConstructorParameters<typeof ServerLog>[0] = {
    async tile(level, index, width = 256) {
      const tile =
        width <= tileWidth(level, index, await size()) ? await published.tile({ level, index, width }) : undefined;
      if (!tile) throw new KeysteadError('not-found', 'the log has no such tile', { status: 404 });
      return tile;
    },
  };
  return new ServerLog(tiles, minimumIndex);
}

const verify = () => verifyLog(served(log.published), kept);

async function bundle(index: number): Promise<Buffer[]> {
  const { rows } = await sql.query<{ entries: Buffer }>('select entries from audit_bundle where index = $1', [index]);
  return entriesOf(rows[0]?.entries ?? Buffer.alloc(0));
}

async function putBundle(index: number, entries: readonly Buffer[]): Promise<void> {
  await sql.query('update audit_bundle set entries = $2 where index = $1', [index, bundleOf(entries)]);
}

function changed(entry: Buffer): Buffer {
  return Buffer.from(entry.toString().replace('"outcome":"success"', '"outcome":"succesS"'));
}

/** Every table of the log as if these had been its records. */
async function rebuild(entries: readonly Buffer[]): Promise<void> {
  for (const table of ['audit_tile', 'audit_bundle', 'audit_position', 'audit_tip'])
    await sql.query(`delete from ${table}`);
  const tip = new TreeTip();
  for (const entry of entries) {
    for (const { level, index, hashes } of tip.append(leafHash(entry))) {
      await sql.query('insert into audit_tile values ($1, $2, $3)', [level, index, hashes]);
    }
  }
  for (const [level, hashes] of tip.levels().entries())
    await sql.query('insert into audit_tip values ($1, $2)', [level, hashes]);
  const full = Math.floor(entries.length / 256);
  for (let index = 0; index < full; index++) {
    await sql.query('insert into audit_bundle values ($1, $2)', [
      index,
      bundleOf(entries.slice(index * 256, index * 256 + 256)),
    ]);
  }
  const rest = entries.slice(full * 256);
  const { rows } = await sql.query<{ arrival: string }>(
    'select arrival from audit_batch order by arrival desc limit 1',
  );
  await sql.query('update audit_batch set entries = $2 where arrival = $1', [rows[0]?.arrival, bundleOf(rest)]);
  await sql.query('insert into audit_position values ($1, $2, $3)', [full * 256, rest.length, rows[0]?.arrival]);
  await sql.query('update audit_tree set size = $1', [entries.length]);
}

async function all(): Promise<Buffer[]> {
  const entries: Buffer[] = [];
  for await (const entry of served(log.published).entries(0, RECORDS)) entries.push(entry);
  return entries;
}

describe('what a superuser of the database did is found with the checkpoints that were kept, and said', () => {
  it('nothing', async () => {
    expect(await verify()).toMatchObject({ records: RECORDS, checkpoints: 2 });
  });

  it('changed one byte of one record', async () => {
    const entries = await bundle(0);
    await putBundle(0, entries.with(17, changed(entries[17]!)));
    await expect(verify()).rejects.toThrow('record 17 was changed: it is not what was signed');
  });

  it('changed one byte of a record, and its hash with it', async () => {
    const entries = await bundle(1);
    const bad = changed(entries[100]!);
    await putBundle(1, entries.with(100, bad));
    await sql.query(
      'update audit_tile set hashes = overlay(hashes placing $1 from 3201) where level = 0 and index = 1',
      [leafHash(bad)],
    );
    await expect(verify()).rejects.toThrow('of the records 300 to 599 at least one is not what was signed');
  });

  it('deleted the newest record', async () => {
    await sql.query(`update audit_batch set entries = $1 where arrival = (select max(arrival) from audit_batch)`, [
      bundleOf((await all()).slice(-3, -1)),
    ]);
    await expect(verify()).rejects.toThrow('record 599 was removed: what was signed there is gone');
  });

  it('deleted the newest record, and every trace of it', async () => {
    await rebuild((await all()).slice(0, -1));
    await expect(verify()).rejects.toThrow(
      'the log has 599 records, and a checkpoint over 600 is signed: the newest 1 were removed, or an older state was put back',
    );
  });

  it('deleted a whole batch', async () => {
    await sql.query('delete from audit_batch where arrival = (select arrival from audit_position where first = 540)');
    await expect(verify()).rejects.toThrow('the records 540 to 542 were removed: what was signed there is gone');
  });

  it('swapped two records', async () => {
    const entries = await bundle(0);
    await putBundle(0, entries.with(20, entries[40]!).with(40, entries[20]!));
    await expect(verify()).rejects.toThrow('the records 20 and 40 were swapped');
  });

  it('replaced history from a point on, and computed every hash anew', async () => {
    const entries = await all();
    await rebuild(entries.map((entry, at) => (at < 450 ? entry : changed(entry))));
    const message = 'of the records 300 to 599 at least one is not what was signed: history was replaced from there on';
    await expect(verify()).rejects.toThrow(message);
    await expect(log.checkpointer.sign()).rejects.toThrow('its first 600 records are not those that were signed');
  });

  it("restored yesterday's backup", async () => {
    const entries = await all();
    await rebuild(entries.slice(0, 310));
    await expect(verify()).rejects.toThrow(
      'the log has 310 records, and a checkpoint over 600 is signed: the newest 290 were removed, or an older state was put back',
    );
    await expect(log.checkpointer.sign()).rejects.toThrow(
      'it has 310 records, and 600 were signed: an older state was restored',
    );
  });

  it("restored yesterday's backup, and the service went on from it", async () => {
    const entries = await all();
    await rebuild([...entries.slice(0, 310), ...Array.from({ length: 400 }, (_, at) => changed(entries[at]!))]);
    await expect(verify()).rejects.toThrow('or an older state was put back, and the log went on from it');
  });

  it('dropped records without a policy, and had the service say a minimum index', async () => {
    await sql.query('update audit_tree set projected = size');
    await sql.query('select audit_drop(256)');
    await expect(verify()).rejects.toThrow('the records 0 to 255 were removed');
    await expect(verifyLog(served(log.published, 256), kept)).rejects.toThrow(
      'the records 0 to 255 are gone, and no record that is vouched for says that they were dropped',
    );
  });
});
