import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WitnessDelivery } from '../../src/audit/delivery/checkpoint-delivery.js';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { WitnessPolicy } from '../../src/audit/verifier/witness-policy.js';
import { verifyWitnessed } from '../../src/audit/verifier/verify-witnessed.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { readCosigned } from '../../src/storage/audit/read-cosigned.js';
import { WitnessTarget } from '../../src/storage/audit/witness-target.js';
import { Database } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestLog, TEST_SIGNER, type TestLog } from '../support/test-log.js';
import { WitnessProcess } from '../support/witness.js';
import { RECORD } from '../unit/audit/sample-record.js';

const LOG = readVerifierKey(TEST_SIGNER.verifierKey);
const NOBODY = 'http://127.0.0.1:1/w';

let dir: string;
let testDatabase: TestDatabase;
let database: Database;
let log: TestLog;
let first: WitnessProcess;
let second: WitnessProcess;
let note: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keystead-witness-'));
  testDatabase = await createTestDatabase({ template: migrate });
  const { url } = testDatabase;
  database = await Database.open({ dataDir: '', url, migrationUrl: undefined, poolSize: 4, log: () => undefined });
  log = openTestLog(database);
  [first, second] = await Promise.all([witness('first', '11'), witness('second', '22')]);
});
afterAll(async () => {
  await Promise.all([first.stop(), second.stop(), database.stop()]);
  await Promise.all([testDatabase.drop(), rm(dir, { recursive: true })]);
});
/** Each time the log has grown. */
beforeEach(async () => {
  const one = (at: number) => log.journal.append({ ...RECORD, id: uuidv7(), requestId: `r${at}`, node: 'test' }, []);
  await Promise.all(Array.from({ length: 7 }, (_, at) => one(at)));
  await log.sequencer.catchUp();
  note = (await log.checkpointer.sign()) ?? '';
});

const stateOf = (name: string) => join(dir, `${name}.json`);

function witness(name: string, byte: string): Promise<WitnessProcess> {
  const vkey = TEST_SIGNER.verifierKey;
  return WitnessProcess.start({ name: `${name}.example/w`, seed: byte.repeat(32), vkey, state: stateOf(name) });
}

function policy(quorum = 'group both all one two\nquorum both'): WitnessPolicy {
  const text = `log ${TEST_SIGNER.verifierKey}\n# two of them\nwitness one ${first.verifierKey} ${first.url}\nwitness\ttwo ${second.verifierKey} ${second.url}\n${quorum}\n`;
  return WitnessPolicy.read(text);
}

function target(name: 'one' | 'two', url?: string): WitnessTarget {
  const found = policy().witnesses.find((one) => one.name === name);
  if (!found?.url) throw new Error(`${name} has no URL`);
  return new WitnessTarget({ ...found, url: url ?? found.url }, database.reads, LOG);
}

const cosigned = async (by = policy()) => (await readCosigned(database.reads, LOG, by)) ?? '';
const sizeOf = (text: string) => Number(text.split('\n')[1]);

it('co-signs the log from its beginning, and what it goes on to; the cosignature is kept with the checkpoint', async () => {
  expect(await cosigned()).toBe('');
  await target('one').deliver(note);
  await target('two').deliver(`${note}\n`);
  expect(await first.submitted(1)).toEqual([{ old: 0, size: sizeOf(note), status: 200 }]);
  const both = await cosigned();
  expect(both.startsWith(note)).toBe(true);
  expect(both.match(/^\u2014 /gm)).toHaveLength(3);
  expect(verifyWitnessed([both], LOG, policy())).toMatchObject({
    checkpoint: { size: sizeOf(note) },
    by: ['one', 'two'],
  });
});

it('is asked for the next with a proof; what it has co-signed already is not asked for', async () => {
  await target('one').deliver(note);
  await target('one').deliver(note);
  const newer = await grown();
  await target('one').deliver(newer);
  expect(await first.submitted(2)).toEqual([
    { old: sizeOf(note) - 7, size: sizeOf(note), status: 200 },
    { old: sizeOf(note), size: sizeOf(newer), status: 200 },
  ]);
});

it('the newest that is enough is served: one cosignature is not, where both are wanted', async () => {
  await target('one').deliver(note);
  expect(sizeOf(await cosigned())).toBe(sizeOf(note) - 15);
  expect(sizeOf(await cosigned(policy('group some any one two\nquorum some')))).toBe(sizeOf(note));
  expect(() => verifyWitnessed([note], LOG, policy())).toThrow('no checkpoint has the cosignatures');
});

it('says where it is when it is elsewhere, and is given a proof from there', async () => {
  const { size, root } = JSON.parse(await readFile(stateOf('second'), 'utf8'));
  await target('two').deliver(note);
  await writeFile(stateOf('second'), JSON.stringify({ size, root }));
  const newer = await grown();
  await target('two').deliver(newer);
  expect((await second.submitted(4)).slice(-2)).toEqual([
    { old: sizeOf(note), size: sizeOf(newer), status: 409 },
    { old: size, size: sizeOf(newer), status: 200 },
  ]);
});

it('tells that the log lost what it saw, or is another one', async () => {
  await target('one').deliver(note);
  const { size, root } = JSON.parse(await readFile(stateOf('first'), 'utf8'));
  const newer = await grown();
  await writeFile(stateOf('first'), JSON.stringify({ size: 1_000_000, root }));
  await expect(target('one').deliver(newer)).rejects.toThrow(
    `it co-signed 1000000 records, and the log has ${sizeOf(newer)}: an older state was put back`,
  );
  await writeFile(stateOf('first'), JSON.stringify({ size, root: Buffer.alloc(32).toString('base64') }));
  await expect(target('one').deliver(newer)).rejects.toThrow('this log does not go on from the tree that it co-signed');
  await writeFile(stateOf('first'), JSON.stringify({ size, root }));
});

it('one that is down keeps no other from co-signing, and is told once', async () => {
  const said: string[] = [];
  const events = {
    failed: (...what: string[]) => said.push(what.join(': ')),
    recovered: (name: string) => said.push(name),
  };
  const delivery = new WitnessDelivery([target('one', NOBODY), target('two')], 3_600_000, events);
  delivery.offer(note);
  await delivery.flush();
  await delivery.flush();
  expect(said).toEqual([expect.stringMatching(/^witness one: /)]);
  expect(delivery.failing).toBe(1);
  expect(await second.submitted(1)).toMatchObject([{ size: sizeOf(note), status: 200 }]);
});

it('whose key is another is not believed', async () => {
  await expect(target('one', second.url).deliver(note)).rejects.toThrow('no cosignature by the key of the policy');
  const both = await cosigned();
  const [line = ''] = both.split('\n').filter((one) => one.includes('first.example'));
  expect(() => verifyWitnessed([both.replace(line, `${line.slice(0, -8)}AAAAAAA=`)], LOG, policy())).toThrow(
    'the cosignature of first.example/w is wrong',
  );
});

it('cosignatures are kept for ever', async () => {
  await expect(database.changes.query('delete from audit_cosignature')).rejects.toThrow('append-only: DELETE refused');
  await expect(database.changes.query('truncate audit_cosignature')).rejects.toThrow('append-only: TRUNCATE refused');
});

async function grown(): Promise<string> {
  await log.journal.append({ ...RECORD, id: uuidv7(), requestId: 'more', node: 'test' }, []);
  await log.sequencer.catchUp();
  return (await log.checkpointer.sign()) ?? '';
}
