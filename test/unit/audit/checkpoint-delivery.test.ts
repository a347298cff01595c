import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { CheckpointDelivery } from '../../../src/audit/delivery/checkpoint-delivery.js';
import { deliveryTarget, streamTarget } from '../../../src/audit/delivery/delivery-target.js';
import { until } from '../../support/until.js';

const LOADER = pathToFileURL(resolve('test/support/typescript-loader.js')).href;

let dir: string;
let hook: Server;
let url: string;
let status = 204;
const posted: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keystead-delivery-'));
  hook = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (status < 300) posted.push(Buffer.concat(pieces).toString());
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/secret`;
});
afterAll(async () => {
  hook.close();
  await rm(dir, { recursive: true });
});

const quiet = { failed: () => undefined, recovered: () => undefined };

it('brings the newest to a file and a webhook, once', async () => {
  const path = join(dir, 'checkpoints');
  const delivery = new CheckpointDelivery([deliveryTarget(`file:${path}`), deliveryTarget(url)], 3_600_000, quiet);
  delivery.offer('one\n');
  delivery.offer('two\n');
  await delivery.flush();
  await delivery.flush();
  delivery.offer('three\n');
  await delivery.flush();
  expect(await readFile(path, 'utf8')).toBe('two\n\nthree\n\n');
  expect(posted).toEqual(['two\n\n', 'three\n\n']);
});

it('begins a new line where a process was killed in the middle of one', async () => {
  const path = join(dir, 'torn');
  await writeFile(path, 'whole\nhal');
  await deliveryTarget(`file:${path}`).deliver('next\n');
  await deliveryTarget(`file:${path}`).deliver('last\n');
  expect(await readFile(path, 'utf8')).toBe('whole\nhal\nnext\nlast\n');
  await deliveryTarget('file:/dev/null').deliver('gone\n');
});

it('is not held up by a target that fails, tries it again with the newest, and says so once', async () => {
  const said: string[] = [];
  const path = join(dir, 'others');
  posted.length = 0;
  status = 503;
  const events = {
    failed: (...what: string[]) => said.push(what.join(': ')),
    recovered: (name: string) => said.push(name),
  };
  const delivery = new CheckpointDelivery([deliveryTarget(url), deliveryTarget(`file:${path}`)], 5, events);
  delivery.offer('one\n');
  await until(() => said.length > 0);
  expect(delivery.failing).toBe(1);
  delivery.offer('two\n');
  await delivery.flush();
  status = 204;
  await until(() => said.length > 1);
  const { origin } = new URL(url);
  expect(said).toEqual([`${origin}: it answered 503`, origin]);
  expect(posted).toEqual(['two\n\n']);
  expect(delivery.failing).toBe(0);
  expect(await readFile(path, 'utf8')).toBe('one\n\ntwo\n\n');
});

it('a target that hangs holds up no other', async () => {
  const path = join(dir, 'free');
  const never = { name: 'hangs', deliver: () => new Promise<void>(() => undefined) };
  const delivery = new CheckpointDelivery([never, deliveryTarget(`file:${path}`)], 3_600_000, quiet);
  delivery.offer('one\n');
  void delivery.flush();
  delivery.offer('two\n');
  void delivery.flush();
  await until(async () => (await readFile(path, 'utf8').catch(() => '')).startsWith('one\n\n'));
});

it.each(['ftp://x', 'file:relative', '', 'nowhere'])('refuses %j', (address) => {
  expect(() => deliveryTarget(address)).toThrow('is no target');
});

it('a URL with a password is refused, and no address is repeated', () => {
  for (const address of ['https://audit:hunter2@example.com/x', 'https://[hunter2/x']) {
    expect(() => deliveryTarget(address)).toThrow('is no target');
    expect(() => deliveryTarget(address)).not.toThrow('hunter2');
  }
});

it('a pipe that nobody reads is refused, not waited for', async () => {
  const path = join(dir, 'pipe');
  execFileSync('mkfifo', [path]);
  await expect(deliveryTarget(`file:${path}`).deliver('one\n')).rejects.toThrow('ENXIO');
});

it('a reader that hangs is told of, and nothing gathers behind it', async () => {
  const taken: (() => void)[] = [];
  const stream = new Writable({ write: (_piece, _encoding, done) => void taken.push(done) });
  const target = streamTarget('stdout', stream, 10);
  await expect(target.deliver('one\n')).rejects.toThrow('it took nothing in time');
  await expect(target.deliver('two\n')).rejects.toThrow('it has not taken yet what it was given before');
  expect(stream.writableLength).toBe(4);
  taken.shift()?.();
  await until(() => stream.writableLength === 0);
  const again = target.deliver('three\n');
  taken.shift()?.();
  await again;
});

it('what a file took half of is not left there', async () => {
  const path = join(dir, 'limited');
  const script = `
    import { deliveryTarget } from '${pathToFileURL(resolve('src/audit/delivery/delivery-target.ts')).href}';
    const target = deliveryTarget('file:${path}');
    process.on('SIGXFSZ', () => undefined);
    await target.deliver('one\\n');
    await target.deliver('x'.repeat(4000)).then(() => process.exit(1), () => undefined);`;
  // A file may be of one block: the second piece does not fit whole.
  execFileSync('sh', [
    '-c',
    `ulimit -f 1; exec "$0" --import "$1" --input-type=module -e "$2"`,
    process.execPath,
    LOADER,
    script,
  ]);
  expect(await readFile(path, 'utf8')).toBe('one\n');
});
