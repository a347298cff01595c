import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { readVerifierKey } from '../../src/audit/verifier/open-note.js';
import { verifyProofFile } from '../../src/audit/verifier/verify-proof-file.js';
import { call, Server, type Tokens } from '../support/server.js';

const MAIN = resolve('dist/src/cli/main.js');
const AUDIT = '/api/v1/audit';
const VERIFY = 'audit verify --vkey log.vkey --keep kept.txt --json --no-progress';

let server: Server;
let tokens: Tokens;
let dir: string;
/** Record 0, from before it was dropped. */
let first: string;
let key: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keystead-retention-'));
  server = await Server.start({ env: { KEYSTEAD_TEST_CLOCK: '1' } });
  tokens = await server.tokens();
  await writeFile(join(dir, 'log.vkey'), (await keystead('auditor', 'audit vkey')).out);
  await make(150);
  expect(await keystead('auditor', VERIFY)).toMatchObject({ code: 0, err: '' });
  await make(150);
  ({ id: key } = (
    await call(server, tokens.keyAdmin, 'POST', '/api/v1/keyrings/default/keys', { name: 'orders' })
  ).body);
  await make(300);
  first = (await get('records/0')).text;
});
afterAll(async () => {
  await Promise.all([server.remove(), rm(dir, { recursive: true })]);
});

async function keystead(who: keyof Tokens, words: string) {
  const env = { ...process.env, KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: tokens[who] };
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

async function json(who: keyof Tokens, words: string) {
  const { code, out, err } = await keystead(who, `${words} --json`);
  if (code !== 0) throw new Error(`${words}: ${code} ${err}`);
  return JSON.parse(out);
}

const random = () => call(server, tokens.app, 'POST', '/api/v1/random', { bytes: 8 });

async function make(count: number): Promise<void> {
  for (const { status } of await Promise.all(Array.from({ length: count }, random))) expect(status).toBe(200);
}

async function get(path: string) {
  const headers = { authorization: `Bearer ${tokens.auditor}` };
  const answer = await fetch(`${server.url}${AUDIT}/${path}`, { headers });
  return { status: answer.status, text: await answer.text() };
}

async function advance(by: string) {
  return (await call(server, tokens.admin, 'POST', '/api/v1/test/clock', { advance: by })).body;
}

/** Not what this run dropped: the schedule of the server may have been there before. */
async function minimumAfter(by: string): Promise<number> {
  await advance(by);
  return JSON.parse((await get('log/minimum')).text).minimumIndex;
}

async function asSuperuser(statements: string): Promise<void> {
  const sql = new Client({ host: join(server.dataDir, 'postgres', 'run'), user: 'keystead', database: 'keystead' });
  await sql.connect();
  try {
    await sql.query(statements);
  } finally {
    await sql.end();
  }
}

it('a policy is set in days, at least 365, and shown with who set it', async () => {
  expect(await keystead('admin', 'audit retention set --days 30')).toMatchObject({ code: 2 });
  expect(await keystead('auditor', 'audit retention set --days 365')).toMatchObject({ code: 3 });
  expect(await json('admin', 'audit retention set --days 365')).toMatchObject({
    retention: { days: 365 },
    minimumIndex: 0,
  });
  expect((await keystead('auditor', 'audit retention show')).out).toMatch(
    /^kept +365 days, set .*\nminimum index +0\n/,
  );
  expect(await advance('1d')).toMatchObject({ dropped: 0, failed: 0 });
});

it('what is held is not dropped, and nothing behind it', async () => {
  const whole = await json('admin', 'audit hold add --everything --reason case-1');
  const ofKey = await json('admin', 'audit hold add --of-keyring default --key orders --reason case-2');
  expect(ofKey).toMatchObject({ scope: { key }, reason: 'case-2' });
  expect(await advance('366d')).toMatchObject({ dropped: 0 });
  expect((await keystead('auditor', 'audit hold list')).out).toContain(`key ${key}`);
  await json('admin', `audit hold remove ${whole.id}`);
  // The key was made behind record 300.
  expect(await minimumAfter('1d')).toBe(256);
  await json('admin', `audit hold remove ${ofKey.id}`);
  expect(await minimumAfter('1d')).toBe(512);
  expect(await keystead('admin', `audit hold remove ${ofKey.id}`)).toMatchObject({ code: 4 });
});

it('what was dropped is refused with the minimum index; hashes and proofs are there', async () => {
  expect(JSON.parse((await get('log/minimum')).text)).toEqual({ minimumIndex: 512 });
  for (const path of ['records/0', 'records/511', 'log/tile/entries/000', 'log/tile/entries/001.p/9']) {
    const { status, text } = await get(path);
    expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 410, code: 'records-dropped' });
    expect(text).toContain('before 512, the minimum index');
  }
  expect(await get('records/512')).toMatchObject({ status: 200 });
  expect(await get('log/tile/0/000')).toMatchObject({ status: 200 });
  const { status, text: proof } = await get('records/0/proof');
  expect({ status, proof }).toMatchObject({ status: 200 });
  const signer = readVerifierKey(await readFile(join(dir, 'log.vkey'), 'utf8'));
  expect(verifyProofFile(proof, Buffer.from(first), signer).index).toBe(0);
  const { items, minimumIndex } = JSON.parse((await get('records?order=oldest&limit=1')).text);
  expect([items[0].index, minimumIndex]).toEqual([512, 512]);
});

it('the drop is on record, with its range and its policy', async () => {
  const { items } = JSON.parse((await get('records?operation=audit.drop&order=oldest')).text);
  expect(
    items.map(({ detail: { from, to, retention } }: { detail: Record<string, object> }) => [from, to, retention]),
  ).toEqual([
    [0, 256, expect.objectContaining({ days: 365, approval: null, approvers: [] })],
    [256, 512, expect.objectContaining({ days: 365 })],
  ]);
});

it('the log is verified from the minimum index on, with checkpoints from before it, and its state', async () => {
  const { code, out, err } = await keystead('auditor', `${VERIFY} --state`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({
    verified: true,
    checkpoints: 2,
    dropped: { minimumIndex: 512, retentionDays: 365 },
  });
});

it('an export says what is missing, and is verified without the server', async () => {
  expect(await keystead('auditor', 'audit export -o log.jsonl --no-progress')).toMatchObject({ code: 0, err: '' });
  const offline = 'audit verify log.jsonl --vkey log.vkey --kept kept.txt --json --no-progress';
  const { code, out } = await keystead('auditor', offline);
  expect({ code, ...JSON.parse(out) }).toMatchObject({
    code: 0,
    checkpoints: 1,
    notCompared: 1,
    dropped: { minimumIndex: 512 },
  });
  const text = await readFile(join(dir, 'log.jsonl'), 'utf8');
  await writeFile(join(dir, 'log.jsonl'), text.replace('"minimumIndex":512', '"minimumIndex":256'));
  expect(await keystead('auditor', offline)).toMatchObject({ code: 7 });
});

it('evidence says that records are missing', async () => {
  expect(await keystead('auditor', 'audit evidence --key orders --no-progress')).toMatchObject({ code: 0 });
  expect(await keystead('auditor', 'audit verify evidence.tar --vkey log.vkey')).toMatchObject({ code: 0 });
  expect(await readFile(join(dir, 'evidence.tar'), 'utf8')).toContain('The records before 512 were dropped');
});

it('what a superuser drops without the policy is refused by the database, and found where that was undone', async () => {
  await make(300);
  // A search first makes all that was written searchable: what is not yet is not dropped.
  await get('records?limit=1');
  const remove = 'delete from audit_bundle where index = 2';
  await expect(asSuperuser(remove)).rejects.toThrow('audit_bundle is append-only: DELETE refused');
  await expect(asSuperuser('select audit_drop(768)').then(() => get('log/checkpoint'))).resolves.toMatchObject({
    status: 200,
  });
  const { code, err } = await keystead('auditor', VERIFY);
  expect({ code, err }).toMatchObject({ code: 7, err: expect.stringMatching(/the records 512 to \d+ were removed/) });
  expect(await advance('1d')).toBeDefined();
  expect(JSON.parse((await get('log/minimum')).text)).toEqual({ minimumIndex: 512 });
});
