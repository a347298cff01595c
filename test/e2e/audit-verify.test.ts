import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { verifyProofFile } from '../../src/audit/verifier/verify-proof-file.js';
import { call, Server } from '../support/server.js';

const MAIN = resolve('dist/src/cli/main.js');

let server: Server;
let dir: string;
let token: string;
let healthBefore: { readonly status: string; readonly checks: readonly object[] };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keystead-verify-'));
  const file = (name: string) => `file:${join(dir, name)}`;
  const sinks = { KEYSTEAD_AUDIT_SINKS: `${file('sink.jsonl')},syslog+tcp://127.0.0.1:1` };
  server = await Server.start({ env: { KEYSTEAD_AUDIT_CHECKPOINTS: file('delivered.txt'), ...sinks } });
  token = (await server.tokens()).auditor;
  await writeFile(join(dir, 'log.vkey'), (await keystead('audit vkey')).out);
});
afterAll(async () => {
  await Promise.all([server.remove(), rm(dir, { recursive: true })]);
});

/** The real command, run by an auditor who keeps his files in `dir`. */
async function keystead(words: string) {
  const env = { ...process.env, KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: token };
  const child = spawn(process.execPath, [MAIN, ...words.split(' ')], {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (piece: Buffer) => out.push(piece));
  child.stderr.on('data', (piece: Buffer) => err.push(piece));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

async function make(count: number): Promise<void> {
  const { app } = await server.tokens();
  const one = () => call(server, app, 'POST', '/api/v1/random', { bytes: 8 });
  for (const { status } of await Promise.all(Array.from({ length: count }, one))) expect(status).toBe(200);
}

async function asSuperuser(statements: string): Promise<void> {
  const sql = new Client({ host: join(server.dataDir, 'postgres', 'run'), user: 'keystead', database: 'keystead' });
  await sql.connect();
  await sql.query(statements);
  await sql.end();
}

/** With its owners and permissions. */
const copy = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);

const VERIFY = 'audit verify --vkey log.vkey --keep kept.txt';

it('a log is verified, again and again, with the checkpoints that were kept', async () => {
  await make(300);
  expect(await keystead(VERIFY)).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^checkpoints +1$/m) });
  await make(10);
  const { code, out } = await keystead(`${VERIFY} --json`);
  expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, verified: true, checkpoints: 2 });
  expect((await readFile(join(dir, 'kept.txt'), 'utf8')).match(/^\u2014 /gm)).toHaveLength(2);
});

it('without a key that is known, it says so', async () => {
  const { code, err } = await keystead('audit verify');
  expect(code).toBe(0);
  expect(err).toMatch(/^The verifier key is what the server says it is: compare it/);
});

it('checkpoints of another log are refused, and files that hold none', async () => {
  const note = await readFile(join(dir, 'kept.txt'), 'utf8');
  await writeFile(join(dir, 'forged.txt'), note.replace(/^(\d+)$/m, '$11'));
  await writeFile(join(dir, 'empty.txt'), '\n');
  expect(await keystead('audit verify --vkey log.vkey --kept forged.txt')).toMatchObject({
    code: 7,
    err: expect.stringMatching(/^keystead: forged\.txt: the signature of keystead\/\S+ is wrong\. \(not-verified\)$/m),
  });
  expect(await keystead('audit verify --vkey log.vkey --kept empty.txt')).toMatchObject({ code: 7 });
  expect(await keystead('audit verify nowhere.jsonl --vkey log.vkey')).toMatchObject({ code: 2 });
});

it('the whole log is exported and verified without the server; proofs of some records, too', async () => {
  expect(await keystead('audit export -o log.jsonl')).toMatchObject({ code: 0, err: '' });
  const offline = 'audit verify log.jsonl --vkey log.vkey --kept kept.txt';
  expect(await keystead(offline)).toMatchObject({ code: 0, out: expect.stringMatching(/^verified +true$/m) });
  const lines = (await readFile(join(dir, 'log.jsonl'), 'utf8')).split('\n');
  await writeFile(join(dir, 'log.jsonl'), lines.toSpliced(40, 1).join('\n'));
  expect(await keystead(offline)).toMatchObject({
    code: 7,
    err: expect.stringMatching(/of the records 0 to \d+ at least one is not what was signed/),
  });
  const { out } = await keystead('audit export --format jsonl --proofs --operation service.start');
  const { index, entry, proof } = JSON.parse(out) as { index: number; entry: string; proof: string };
  const signer = readVerifierKey(await readFile(join(dir, 'log.vkey'), 'utf8'));
  expect(verifyProofFile(proof, Buffer.from(entry), signer).index).toBe(index);
  expect(await keystead('audit export --operation random')).toMatchObject({ code: 2 });
});

it('records are searched, counted, exported and followed', async () => {
  const { out: found } = await keystead('audit query --operation random --order oldest --limit 2 --json');
  const { items, more } = JSON.parse(found) as { items: { index: number }[]; more: boolean };
  expect([items.length, more]).toEqual([2, true]);
  const { out: summary } = await keystead('audit summary --operation random');
  expect(summary).toMatch(/^310 records: 310 success, 0 denied, 0 error\n {2}random {2}310\n\d{4}-.*#+ +\d+$/m);
  const { out: csv } = await keystead('audit export --format csv --operation random');
  expect(csv.split('\r\n')).toHaveLength(312);
  const { out: tail } = await keystead('audit tail -n 3 --operation random');
  expect(tail.trimEnd().split('\n')).toHaveLength(3);
});

it('a record that a superuser of the database changed is named', async () => {
  await asSuperuser(`alter table audit_bundle disable trigger all; create table kept as select * from audit_bundle;
    update audit_bundle set entries = set_byte(entries, 200, get_byte(entries, 200) # 1) where index = 0`);
  const { code, err } = await keystead(VERIFY);
  expect({ code, err }).toEqual({
    code: 7,
    err: 'keystead: record 0 was changed: it is not what was signed. (not-verified)\n',
  });
  await asSuperuser(
    'update audit_bundle b set entries = k.entries from kept k where k.index = b.index; drop table kept',
  );
  expect(await keystead(VERIFY)).toMatchObject({ code: 0 });
});

it('the key is told at the start, and the checkpoints that were delivered elsewhere fit the log', async () => {
  const key = (await readFile(join(dir, 'log.vkey'), 'utf8')).trim();
  expect(server.output).toContain(`the audit log is signed by ${key}`);
  healthBefore = (await call(server, undefined, 'GET', '/health/ready')).body;
  await server.stop();
  server = await Server.start({ dataDir: server.dataDir });
  const { code, out } = await keystead('audit verify --vkey log.vkey --kept delivered.txt --json');
  expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, verified: true });
});

it('every record was delivered elsewhere, whatever another place that is dead; health tells of that one', async () => {
  const delivered = (await readFile(join(dir, 'sink.jsonl'), 'utf8')).trimEnd().split('\n');
  await keystead('audit export -o sunk.jsonl');
  const log = (await readFile(join(dir, 'sunk.jsonl'), 'utf8')).split('\n');
  expect(delivered.length).toBeGreaterThan(300);
  expect(delivered).toEqual(delivered.map((_, index) => `{"index":${index},${log[index]?.slice(1)}`));
  expect(healthBefore).toMatchObject({ status: 'ready' });
  expect(healthBefore.checks).toContainEqual({
    name: 'audit-sinks',
    ok: true,
    detail: expect.stringMatching(/^syslog\+tcp:\/\/127\.0\.0\.1:1: not taking records; \d+ wait$/),
  });
});

describe('the log replayed against the tables', () => {
  const STATE = 'audit verify --vkey log.vkey --state';
  const KEYS = '/api/v1/keyrings/default/keys';

  it('has every row as it was written', async () => {
    expect(await keystead(STATE)).toMatchObject({ code: 0, out: expect.stringMatching(/^unnamed +0$/m) });
  });

  it('names a row that nobody wrote', async () => {
    const { keyAdmin } = await server.tokens();
    expect((await call(server, keyAdmin, 'POST', KEYS, { name: 'orders' })).status).toBe(201);
    const id = '01890a5d-ac96-774b-bcce-b302099a8058';
    await asSuperuser(
      `insert into key select (jsonb_populate_record(k, '{"id": "${id}", "name": "mine"}')).* from key k limit 1`,
    );
    expect(await keystead(STATE)).toMatchObject({
      code: 7,
      err: `keystead: row ${id} of key was put in: no record says that it was written. (not-verified)\n`,
    });
    await asSuperuser(`delete from key where id = '${id}'`);
    // The running node has noticed, too, and trusts the keyring no more until it opens it anew.
    await server.stop();
    server = await Server.start({ dataDir: server.dataDir });
  });

  it('names rows that were put back, and those that are gone, in a keyring that agrees with itself', async () => {
    const { keyAdmin } = await server.tokens();
    const tables = ['key', 'key_version', 'head'];
    await asSuperuser(tables.map((table) => `create table kept_${table} as select * from ${table};`).join(''));
    expect((await call(server, keyAdmin, 'POST', `${KEYS}/orders/rotate`)).status).toBe(200);
    const { id } = (await call(server, keyAdmin, 'POST', KEYS, { name: 'later' })).body;
    // With the revisions that nodes look at when they start: the service notices nothing.
    await asSuperuser(
      `begin; alter table audit_revision disable trigger all; ${tables
        .map((table) => `delete from ${table}; insert into ${table} select * from kept_${table};`)
        .join(
          '',
        )} delete from audit_revision r using head h where h.scope_id = r.scope_id and r.revision > h.revision; commit`,
    );
    await server.stop();
    server = await Server.start({ dataDir: server.dataDir });
    expect((await call(server, keyAdmin, 'GET', `${KEYS}/orders`)).body).toMatchObject({ primaryVersion: 1 });
    const { code, err } = await keystead(STATE);
    expect(code).toBe(7);
    expect(err).toMatch(
      /row \S+ of key is of revision \d+, and record \d+ wrote revision \d+: an earlier row was put back/,
    );
    expect(err).toMatch(new RegExp(`row ${id} of key was removed: record \\d+ wrote it`));
  });
});

it("yesterday's backup is noticed, by the service and by the auditor", async () => {
  await server.stop();
  const backup = join(dir, 'backup');
  copy(join(server.dataDir, 'postgres'), backup);
  server = await Server.start({ dataDir: server.dataDir });
  await make(50);
  expect(await keystead(VERIFY)).toMatchObject({ code: 0 });
  await server.stop();
  await rm(join(server.dataDir, 'postgres'), { recursive: true });
  copy(backup, join(server.dataDir, 'postgres'));
  server = await Server.start({ dataDir: server.dataDir });
  const { code, err } = await keystead(VERIFY);
  expect(code).toBe(7);
  expect(err).toMatch(/a checkpoint over \d+ is signed: the newest \d+ were removed, or an older state was put back/);
  expect(await keystead('audit verify --vkey log.vkey')).toMatchObject({
    code: 7,
    err: expect.stringMatching(/the service signs the log of \S+ no further: .*an older state was restored/),
  });
});

it('after a restore the log goes on in a new epoch, on command, and says what it could not go on from', async () => {
  const kept = await readFile(join(dir, 'kept.txt'), 'utf8');
  const { origin, lastCheckpoint, verifierKey } = await newEpoch();
  expect(origin).toMatch(/\/audit\/2$/);
  // Signed when the server was stopped, after the auditor's last visit.
  expect(lastCheckpoint).toMatch(/^keystead\/\S+\/audit\/1\n\d+\n/);
  await writeFile(join(dir, 'new.vkey'), verifierKey);
  server = await Server.start({ dataDir: server.dataDir });
  const verify = 'audit verify --vkey new.vkey --keep new.txt';
  expect(await keystead(verify)).toMatchObject({ code: 0, err: '' });
  await make(5);
  expect(await keystead(verify)).toMatchObject({ code: 0, err: '' });
  const { out } = await keystead('audit query --operation audit.new-epoch --json');
  expect(JSON.parse(out)).toMatchObject({ items: [{ detail: { lastCheckpoint } }] });
  // Of the records of before, what was signed up to the backup still holds.
  await keystead('audit export -o whole.jsonl');
  await writeFile(join(dir, 'first.txt'), kept.slice(0, kept.indexOf('\n\n', kept.indexOf('\u2014')) + 1));
  expect(await keystead('audit verify whole.jsonl --vkey log.vkey --kept first.txt')).toMatchObject({ code: 0 });
  expect(await keystead('audit verify whole.jsonl --vkey log.vkey --kept kept.txt')).toMatchObject({ code: 7 });
  await server.stop();
  await expect(newEpoch()).rejects.toThrow('it needs no new epoch');
});

/** The real command, with the settings of the server that was stopped. */
async function newEpoch(): Promise<{ origin: string; lastCheckpoint: string; verifierKey: string }> {
  await server.stop();
  const env = { ...process.env, KEYSTEAD_DATA_DIR: server.dataDir };
  const child = spawn(process.execPath, [MAIN, 'audit', 'new-epoch', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as { origin: string; lastCheckpoint: string; verifierKey: string };
}
