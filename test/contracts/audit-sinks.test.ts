import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Client } from 'pg';
import { openRecordTarget } from '../../src/audit/delivery/open-record-target.js';
import type { PlacedEntry, RecordTarget } from '../../src/audit/delivery/record-target.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { SinkFeed } from '../../src/storage/audit/sink-feed.js';
import { Database } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { RECORD } from '../unit/audit/sample-record.js';
import { openTestLog } from '../support/test-log.js';
import { until } from '../support/until.js';

const RECORDS = 1200;
let testDatabase: TestDatabase;
let database: Database;
let sql: Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ template: migrate });
  const { url } = testDatabase;
  database = await Database.open({ dataDir: '', url, migrationUrl: undefined, poolSize: 4, log: () => undefined });
  sql = new Client({ connectionString: url });
  await sql.connect();
  const log = openTestLog(database);
  const one = (at: number) =>
    log.journal.append({ ...RECORD, id: uuidv7(), at: new Date(), requestId: `r${at}`, node: 'test' }, []);
  await Promise.all(Array.from({ length: RECORDS }, (_, at) => one(at)));
  await log.sequencer.catchUp();
});
afterAll(async () => {
  await sql.end();
  await database.stop();
  await testDatabase.drop();
});

/** Takes what it is given, as often as it may. */
function taking(name: string, times = Infinity) {
  const taken: number[] = [];
  const target: RecordTarget = {
    name,
    async send(records: readonly PlacedEntry[]) {
      if (times-- <= 0) throw new Error('the disk is full');
      taken.push(...records.map(({ index }) => index));
    },
  };
  return { taken, target };
}

const said: string[] = [];
const events = {
  failed: (...what: string[]) => said.push(what.join(': ')),
  recovered: (name: string) => said.push(name),
};
const feed = (target: RecordTarget) => new SinkFeed(database.reads, target, events);
const ALL = Array.from({ length: RECORDS }, (_, at) => at);

it('brings every record once, in order, and says how many wait', async () => {
  const { taken, target } = taking('good');
  const one = feed(target);
  await one.round();
  await one.round();
  expect(taken).toEqual(ALL);
  expect(one.behind).toBe(0);
});

it('goes on where it was, when the place takes again, and says both once', async () => {
  const { taken, target } = taking('flaky', 1);
  const one = feed(target);
  await one.round();
  await one.round();
  expect({ taken: taken.length, isFailing: one.isFailing, behind: one.behind }).toEqual({
    taken: 500,
    isFailing: true,
    behind: RECORDS - 500,
  });
  target.send = async (records) => void taken.push(...records.map(({ index }) => index));
  await one.round();
  expect(taken).toEqual(ALL);
  expect(said).toEqual(['flaky: the disk is full', 'flaky']);
});

it('is brought by one node, and by another when that one is gone', async () => {
  const [first, second] = [taking('shared', 1), taking('shared')];
  await feed(first.target).round();
  const other = feed(second.target);
  await other.round();
  expect(second.taken).toEqual([]);
  await sql.query(`update audit_sink set claimed_until = now() where name = 'shared'`);
  await other.round();
  expect([...first.taken, ...second.taken]).toEqual(ALL);
});

it('speaks syslog: RFC 5424 in frames of RFC 6587', async () => {
  const pieces: Buffer[] = [];
  const sockets: Socket[] = [];
  const collector = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (piece) => pieces.push(piece));
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  await feed(openRecordTarget(`syslog+tcp://127.0.0.1:${(collector.address() as AddressInfo).port}`)).round();
  const received = () => unframed(Buffer.concat(pieces));
  await until(() => received().length >= RECORDS);
  const messages = received();
  expect(messages).toHaveLength(RECORDS);
  for (const [index, message] of messages.entries()) {
    const [, at, id, place, json] =
      /^<110>1 (\S+) test keystead - (\S+) \[audit@32473 index="(\d+)"\] (.*)$/s.exec(message) ?? [];
    expect({ place: Number(place), ...JSON.parse(json ?? '{}') }).toMatchObject({ place: index, at, requestId: id });
  }
  for (const socket of sockets) socket.destroy();
  collector.close();
});

it('fails with a word where nobody listens', async () => {
  const one = feed(openRecordTarget('syslog+tcp://127.0.0.1:1'));
  await one.round();
  expect(said.at(-1)).toMatch(/^syslog\+tcp:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
});

function unframed(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(' ', at);
    const end = space + 1 + Number(bytes.subarray(at, space).toString());
    if (space < 0 || end > bytes.length) break;
    messages.push(bytes.subarray(space + 1, end).toString());
    at = end;
  }
  return messages;
}
