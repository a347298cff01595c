import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { follow, readDockerfile, type Instruction } from './dockerfile.js';

/** There is no Docker where the tests run: the image's own steps are followed in a clean directory, from what it would see. */
let folder: string;
let instructions: Instruction[];
let app: string;
let server: ChildProcess;
let output = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keystead-image-'));
  instructions = await readDockerfile('Dockerfile');
  const ignored = (await readFile('.dockerignore', 'utf8')).trim().split('\n');
  expect(ignored.shift()).toBe('*');
  const context = join(folder, 'context');
  await mkdir(context);
  for (const line of ignored) await cp(line.slice(1), join(context, line.slice(1)), { recursive: true });
  app = await follow(instructions, context, folder);
});
afterAll(async () => {
  if (server?.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

const all = (word: string) => instructions.filter((it) => it.word === word).map(({ rest }) => rest);

it('holds what runs and nothing that builds', async () => {
  expect((await readdir(app)).toSorted()).toEqual(['LICENSE', 'bin', 'dist', 'node_modules', 'package.json']);
  const { dependencies, devDependencies } = JSON.parse(await readFile('package.json', 'utf8')) as Record<
    string,
    object
  >;
  const packages = await readdir(join(app, 'node_modules'), { recursive: false });
  for (const name of ['typescript', 'jest', 'oxlint', 'prettier']) {
    expect(devDependencies).toHaveProperty(name);
    expect(packages).not.toContain(name);
  }
  for (const name of Object.keys(dependencies ?? {})) expect(packages).toContain(name.split('/')[0]);
});

it('does not run as root, on a Node that is kept', () => {
  const last = instructions.findLastIndex(({ word }) => word === 'FROM');
  expect(instructions.slice(last).find(({ word }) => word === 'USER')?.rest).toBe('65532:65532');
  for (const from of all('FROM')) expect(from).toMatch(/^node:24-bookworm(-slim)?( AS \w+)?$/);
  expect(all('FROM').at(-1)).toBe('node:24-bookworm-slim');
});

it('starts, is ready, and stops', async () => {
  const [command] = all('CMD').map((text) => JSON.parse(text) as string[]);
  // The one that runs the tests may not know the option; the image's does.
  const words = (command ?? []).slice(1).filter((word) => word !== '--disable-sigusr1');
  const env = { PATH: process.env['PATH'], KEYSTEAD_PORT: '0', KEYSTEAD_DATA_DIR: join(folder, 'data') };
  server = spawn(
    process.execPath,
    words.map((word) => word.replace(/^\/app\//, `${app}/`)),
    { cwd: app, env },
  );
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = await untilItListens();
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  const cli = spawn(process.execPath, [join(app, 'bin/keystead.js'), 'status', '--url', url], { cwd: folder });
  const [code] = (await once(cli, 'exit')) as [number];
  expect(code).toBe(0);
  server.kill('SIGTERM');
  const [ended] = (await once(server, 'exit')) as [number];
  expect(ended).toBe(0);
});

async function untilItListens(): Promise<string> {
  for (;;) {
    const found = /listens on (http:\S+?)"/.exec(output)?.[1];
    if (found !== undefined) return found;
    if (server.exitCode !== null) throw new Error(`ended with ${server.exitCode}: ${output}`);
    await sleep(25);
  }
}

it('is what the trial composition runs: on the loopback, with a database that nobody else reaches', async () => {
  const { services, networks } = parse(await readFile('compose.yaml', 'utf8')) as Composition;
  expect(services['keystead']?.ports).toEqual(['127.0.0.1:7300:7300']);
  expect(services['postgres']).not.toHaveProperty('ports');
  expect(services['postgres']?.networks).toEqual(['database']);
  expect(networks['database']).toEqual({ internal: true });
});

interface Composition {
  readonly services: Readonly<Record<string, { readonly ports?: unknown; readonly networks?: unknown }>>;
  readonly networks: Readonly<Record<string, unknown>>;
}
