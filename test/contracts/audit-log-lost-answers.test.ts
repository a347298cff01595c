import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { uuidv7 } from '../../src/keys/uuid.js';
import { Database } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestLog, type TestLog } from '../support/test-log.js';
import { RECORD } from '../unit/audit/sample-record.js';

let testDatabase: TestDatabase;
let database: Database;
let sql: Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ template: migrate });
  const { url } = testDatabase;
  database = await Database.open({ dataDir: '', url, migrationUrl: undefined, poolSize: 4, log: () => undefined });
  sql = new Client({ connectionString: url });
  await sql.connect();
});

afterAll(async () => {
  await sql.end();
  await database.stop();
  await testDatabase.drop();
});

const record = (requestId: string) => ({ ...RECORD, id: uuidv7(), at: new Date(), requestId });

async function size(): Promise<number> {
  const { rows } = await sql.query<{ size: string }>('select size from audit_tree');
  return Number(rows[0]?.size);
}

/** A process that is not told of its first append. */
function logThatLoses(error: Error): TestLog {
  const { appends, changes, reads } = database;
  const query = appends.query.bind(appends) as (...args: unknown[]) => Promise<unknown>;
  let isLost = false;
  const losing = Object.assign(Object.create(appends) as typeof appends, {
    query: async (...args: unknown[]) => {
      const answer = await query(...args);
      if (typeof args[0] === 'string' || isLost) return answer;
      isLost = true;
      throw error;
    },
  });
  return openTestLog({ appends: losing, changes, reads });
}

describe('the audit log, where answers come late or never', () => {
  it('appends a batch once, though it was sent again because its answer was lost', async () => {
    const before = await size();
    const lost = Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
    const { journal, sequencer } = logThatLoses(lost);
    await journal.append(record('sent twice'), []);
    await sequencer.catchUp();
    expect(await size()).toBe(before + 1);
  });

  it('appends no record once more by itself, of a batch that may be there', async () => {
    const before = await size();
    const lost = Object.assign(new Error('something unexpected'), { code: 'XX000' });
    const { journal, sequencer } = logThatLoses(lost);
    const results = await Promise.allSettled(['one', 'other'].map((id) => journal.append(record(id), [])));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await journal.append(record('next'), []);
    await sequencer.catchUp();
    expect(await size()).toBe(before + 3);
  });

  it('goes on with changes, when one that lost its connection learns late where the stream was', async () => {
    const { writer } = openTestLog(database);
    const change = (id: string) => database.changes.transaction((manager) => writer.appendIn(manager, [record(id)]));
    await change('first');
    const gate = new EventEmitter();
    const isDelayed = once(gate, 'open');
    let late: Promise<unknown> = Promise.resolve();
    await new Promise<void>((isLocked) => {
      late = database.changes.transaction(async (manager) => {
        const [{ pid } = { pid: 0 }] = await manager.query<{ pid: number }[]>('select pg_backend_pid() as pid');
        const query = manager.query.bind(manager) as (...args: unknown[]) => Promise<unknown>;
        const delaying = Object.assign(Object.create(manager) as typeof manager, {
          query: async (...args: unknown[]) => {
            const answer = await query(...args);
            if (!String(args[0]).includes('audit_lock_stream')) return answer;
            await sql.query('select pg_terminate_backend($1, 10000)', [pid]);
            isLocked();
            await isDelayed;
            return answer;
          },
        });
        await writer.appendIn(delaying, [record('late')]);
      });
      late.catch(isLocked);
    });
    await change('second');
    gate.emit('open');
    await expect(late).rejects.toThrow();
    await change('third');
  });

  it('keeps the newest that it signed, when two are signed at once', async () => {
    const { journal, sequencer, checkpointer, kept } = openTestLog(database);
    const write = kept.write.bind(kept);
    const gate = new EventEmitter();
    const isDelayed = once(gate, 'open');
    const isWriting = new Promise<void>((resolve) => {
      kept.write = async (note) => {
        kept.write = write;
        resolve();
        await isDelayed;
        await write(note);
      };
    });
    await journal.append(record('earlier'), []);
    await sequencer.catchUp();
    const earlier = checkpointer.sign();
    await isWriting;
    await journal.append(record('later'), []);
    await sequencer.catchUp();
    const later = checkpointer.sign();
    // Whoever does not wait is done by then.
    await Promise.race([later, sleep(300)]);
    gate.emit('open');
    await earlier;
    expect(await later).toBe(await kept.read());
  });
});
