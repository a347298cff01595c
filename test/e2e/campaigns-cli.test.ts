import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KeysteadClient } from '../../src/client/client.js';
import { makeInventory, type Row } from '../support/inventory.js';
import { Server, type Tokens } from '../support/server.js';
import { keystead, type Around } from '../unit/cli/shell.js';

let server: Server;
let tokens: Tokens;
let admin: KeysteadClient;
let app: KeysteadClient;
let directory: string;

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
  const as = (token: string) => new KeysteadClient({ url: server.url, token });
  [admin, app] = [as(tokens.keyAdmin), as(tokens.app)];
  directory = await mkdtemp(join(tmpdir(), 'keystead-campaigns-'));
});
afterAll(async () => {
  await server.remove();
  await rm(directory, { recursive: true });
});

const inventory = (rows: number) => makeInventory(admin, app, rows);
const run = (token: string, words: string[], around: Around = {}) =>
  keystead(words, { env: { KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: token }, ...around });
const lineOf = ({ id, ciphertext, context }: Row, more: object = {}) =>
  `${JSON.stringify({ id, ciphertext: ciphertext.toString('base64'), context, table: 'orders', ...more })}\n`;
const linesOf = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

it('starts, lists, shows, closes', async () => {
  const { id: key } = await admin.keys.create({ name: 'by-hand' });
  await admin.keys.rotate(key);
  const words = ['campaign', 'start', '--key', 'by-hand', '--from', '1', '--to', 'primary', '--quiet', '9d', '--json'];
  const { id } = JSON.parse((await run(tokens.keyAdmin, words)).out);
  const listed = await run(tokens.app, ['campaign', 'list', '--key', 'by-hand', '--state', 'open']);
  expect(listed.out).toMatch(new RegExp(`^${id} +${key} +1 +2 +open`, 'm'));
  const shown = await run(tokens.app, ['campaign', 'show', id]);
  expect(shown.out).toMatch(/^underOldVersions +no traffic$/m);
  expect(shown.out).toMatch(/^quiet +9d$/m);
  const closed = await run(tokens.keyAdmin, ['campaign', 'close', id]);
  expect(closed.out).toMatch(/^state +closed$/m);
  expect(await run(tokens.keyAdmin, ['campaign', 'cancel', id])).toMatchObject({ code: 5 });
  expect(await run(tokens.app, ['campaign', 'show', randomUUID()])).toMatchObject({ code: 4 });
});

it('runs over a file, keeps what was done when it is broken off, and goes on there', async () => {
  const { campaign, rows } = await inventory(40);
  const [input, output] = [join(directory, 'in.jsonl'), join(directory, 'out.jsonl')];
  await writeFile(input, rows.map((row) => lineOf(row)).join(''));
  const words = (from: string) => ['campaign', 'run', campaign, from, '-o', output, '--batch', '10', '--json'];
  const part = `${output}.${campaign}.part`;
  const stop = new AbortController();
  const stdin = new PassThrough({ highWaterMark: 1 });
  const first = run(tokens.app, words('-'), { stdin, signal: stop.signal });
  const given = rows.slice(0, 25).map((row) => lineOf(row));
  // A piece is taken when the batches before it are done with.
  for (const from of [0, 10, 20])
    await new Promise<void>((taken) => stdin.write(given.slice(from, from + 10).join(''), () => taken()));
  stop.abort();
  expect((await first).code).toBe(130);
  expect(existsSync(output)).toBe(false);
  expect(await linesOf(part)).toHaveLength(20);
  // A process that is killed while it writes leaves half a line.
  await appendFile(part, '{"id": "20", "cipher');

  const second = await run(tokens.app, words(input));
  expect(second).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(second.out)).toEqual({ campaign, output, rewrapped: 20, skipped: 0, failed: 0, resumed: 20 });
  expect(existsSync(part)).toBe(false);
  const written = await linesOf(output);
  expect(written.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  for (const { ciphertext, context, table } of written) {
    expect(table).toBe('orders');
    const opened = await app.decrypt({ ciphertext: Buffer.from(ciphertext, 'base64'), context });
    expect(opened.version).toBe(2);
  }
  expect((await run(tokens.app, words(input))).code).toBe(2);
  const again = await run(tokens.app, ['campaign', 'run', campaign, output, '-o', output, '--force', '--json']);
  expect(JSON.parse(again.out)).toMatchObject({ rewrapped: 0, skipped: 40 });
});

it('leaves a part file when it is interrupted, and refuses one of another inventory', async () => {
  const { campaign, rows } = await inventory(3);
  const [input, output] = [join(directory, 'few.jsonl'), join(directory, 'few-out.jsonl')];
  await writeFile(input, rows.map((row) => lineOf(row)).join(''));
  const stop = new AbortController();
  stop.abort();
  const words = ['campaign', 'run', campaign, input, '-o', output];
  expect((await run(tokens.app, words, { signal: stop.signal })).code).toBe(130);
  expect(existsSync(output)).toBe(false);
  const part = `${output}.${campaign}.part`;
  await writeFile(part, lineOf({ id: 'another', ciphertext: Buffer.alloc(1), context: { order: '' } }));
  const refused = await run(tokens.app, words);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.err).toContain(`remove ${part} to begin anew`);
});

it('says line by line what could not be moved, and which line it cannot read', async () => {
  const { campaign, rows } = await inventory(2);
  const [input, output] = [join(directory, 'bad.jsonl'), join(directory, 'bad-out.jsonl')];
  const [good, other] = rows;
  if (!good || !other) throw new Error('too few rows');
  await writeFile(input, lineOf(good) + lineOf({ ...other, context: { order: 'wrong' } }));
  const ran = await run(tokens.app, ['campaign', 'run', campaign, input, '-o', output]);
  expect(ran).toMatchObject({ code: 1 });
  expect(ran.err).toContain('Ciphertexts that could not be moved: 1. See "error" in');
  const [, failed] = await linesOf(output);
  expect(failed).toMatchObject({
    id: other.id,
    error: { code: 'invalid-ciphertext' },
    ciphertext: expect.any(String),
  });
  await writeFile(input, `${lineOf(good)}\nnot a line\n`);
  const unread = await run(tokens.app, ['campaign', 'run', campaign, input, '-o', join(directory, 'never.jsonl')]);
  expect(unread).toMatchObject({ code: 2 });
  expect(unread.err).toContain('Line 3 is not like {"id"');
});

it('lists the data keys that a version exposes', async () => {
  await admin.keys.create({ name: 'wrapping' });
  await app.dataKey('wrapping', { context: { file: '1' } });
  const { out } = await run(tokens.auditor, ['version', 'exposed', 'wrapping', '1']);
  expect(out).toMatch(/ +app +data-key +1 +file +\S+$/m);
  expect(await run(tokens.app, ['version', 'exposed', 'wrapping', '1'])).toMatchObject({ code: 3 });
});
