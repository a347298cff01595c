import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { NoteKey } from '../../src/audit/log/note-key.js';
import { call, Server } from '../support/server.js';
import { until } from '../support/until.js';
import { WitnessProcess } from '../support/witness.js';

const KEYS = '/api/v1/keyrings/default/keys';
const TAKEN = ['log.vkey', 'checkpoints.txt', 'orders.tar', 'log.jsonl', 'witnesses.policy'];

let dir: string;
let server: Server;
let witness: WitnessProcess;
let page: string;

beforeAll(async () => {
  page = await readFile('docs/guides/auditors.md', 'utf8');
  dir = await mkdtemp(join(tmpdir(), 'keystead-guide-'));
  for (const place of ['data', 'there', 'here']) await mkdir(join(dir, place), { mode: 0o700 });
  // Before the service starts: its witness must know the log's key.
  const [origin, seed] = ['keystead/guide/audit/1', Buffer.alloc(32, 3)];
  await writeFile(join(dir, 'data', 'audit-signer.json'), JSON.stringify({ origin, seed: seed.toString('base64') }), {
    mode: 0o600,
  });
  const vkey = new NoteKey(origin, seed).verifierKey;
  witness = await WitnessProcess.start({
    name: 'witness.example/w',
    seed: '44'.repeat(32),
    vkey,
    state: join(dir, 'w'),
  });
  const policy = join(dir, 'there', 'witnesses.policy');
  await writeFile(policy, `log ${vkey}\nwitness auditors ${witness.verifierKey} ${witness.url}\nquorum auditors\n`);
  const env = { KEYSTEAD_AUDIT_WITNESSES: policy, KEYSTEAD_AUDIT_CHECKPOINT_SECONDS: '1' };
  server = await Server.start({ dataDir: join(dir, 'data'), env });
  const { admin, app, keyAdmin, auditor } = await server.tokens();
  expect(await call(server, keyAdmin, 'POST', KEYS, { name: 'orders' })).toMatchObject({ status: 201 });
  await call(server, app, 'POST', `${KEYS}/orders/encrypt`, { plaintext: '' });
  expect(await call(server, admin, 'POST', `${KEYS}/orders/encrypt`, { plaintext: '' })).toMatchObject({ status: 403 });
  const cosigned = '/api/v1/audit/log/checkpoint?cosigned=true';
  await until(async () => (await call(server, auditor, 'GET', cosigned)).status === 200);
});
afterAll(async () => {
  await Promise.all([server.stop(), witness.stop()]);
  await server.remove();
  await rm(dir, { recursive: true });
});

/** Runs what stands under a heading of the guide, as it stands. */
async function follow(heading: string, cwd: string, env: Readonly<Record<string, string>>) {
  const from = page.indexOf(`### ${heading}\n`);
  const section = page.slice(from, page.slice(from + 4).search(/^##/m) + from + 4);
  const blocks = [...section.matchAll(/^( *)```sh\n(.*?)^\1```$/gms)].map(([, , block = '']) => block);
  const script = `keystead() { '${process.execPath}' '${resolve('bin/keystead.js')}' "$@"; }\n${blocks.join('\n')}`;
  const shell = spawn('bash', ['-eu', '-o', 'pipefail'], {
    cwd: join(dir, cwd),
    env: { PATH: process.env['PATH'] ?? '', HOME: join(dir, cwd), ...env },
  });
  let [out, err] = ['', ''];
  shell.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  shell.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  shell.stdin.end(script);
  await once(shell, 'close');
  return { blocks: blocks.length, code: shell.exitCode, out, err };
}

it('the guide leads from the service to an archive, and from the archive to a verdict without the service', async () => {
  const { auditor } = await server.tokens();
  const taking = await follow('Taking it', 'there', { KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: auditor });
  expect(taking).toMatchObject({ blocks: 1, code: 0, err: '' });
  expect(taking.out).toMatch(/^witnessed +the first \d+ records$/m);
  for (const file of TAKEN) await copyFile(join(dir, 'there', file), join(dir, 'here', file));
  await Promise.all([server.stop(), witness.stop()]);
  const { blocks, code, out, err } = await follow('The verdict', 'here', {});
  expect({ blocks, code, err }).toEqual({
    blocks: 5,
    code: 0,
    err: expect.stringMatching(
      /^keystead: record \d+ is not what the log of \d+ records has there\. \(not-verified\)\n$/,
    ),
  });
  expect(out.match(/^verified +true$/gm)).toHaveLength(2);
  expect(out).toMatch(/^by +auditors$/m);
  expect(out).toMatch(/^refused with 7$/m);
  expect(out).toMatch(/^1 admin\S* encrypt denied$/m);
  expect(out).toMatch(/^nothing is left out$/m);
  expect(await readFile(join(dir, 'here', 'report.html'), 'utf8')).toContain('Evidence of key orders');
});
