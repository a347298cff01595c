import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { call, Server } from '../support/server.js';
import { keystead } from '../unit/cli/shell.js';

let dataDir: string;
let server: Server;
let shares: string[];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keystead-unseal-'));
  const words = ['root', 'create', join(dataDir, 'root.key'), '--shares', '3', '--threshold', '2'];
  const made = await keystead(words);
  expect(made).toMatchObject({ code: 0 });
  expect(made.err).not.toContain('keystead-share');
  shares = made.out.trim().split('\n');
  expect(shares).toHaveLength(3);
  server = await Server.launch({ dataDir, env: { KEYSTEAD_ROOT_KEY: 'shamir:root.key' } });
  await untilLive();
});
afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const cli = (words: readonly string[], stdin = '') =>
  keystead(['root', ...words, '--json'], { stdin, env: { KEYSTEAD_URL: server.url } });
const unseal = (share: string) => cli(['unseal'], `${share}\n`);
const post = (text: unknown) => call(server, undefined, 'POST', '/api/v1/root/unseal', text);
const progress = (given: number, sealed = true) => ({
  sealed,
  roots: [{ root: 'KEYSTEAD_ROOT_KEY', given, threshold: 2, shares: 3 }],
});

it('answers 503 sealed to everything but its health', async () => {
  for (const path of ['/api/v1/keyrings', '/metrics', '/nothing']) {
    const { status, headers, body } = await call(server, undefined, 'GET', path);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'sealed' });
    expect(body.requestId).toBe(headers.get('x-request-id'));
    expect(headers.get('cache-control')).toBe('no-store');
  }
  const { status, body } = await call(server, undefined, 'GET', '/health/ready');
  expect(status).toBe(503);
  const detail = 'sealed: KEYSTEAD_ROOT_KEY: 0 of 2 shares';
  expect(body).toEqual({ status: 'not-ready', checks: [{ name: 'root-key', ok: false, detail }] });
  expect((await call(server, undefined, 'GET', '/health/live')).body).toEqual({ status: 'live' });
  expect(JSON.parse((await cli(['seal-status'])).out)).toEqual(progress(0));
});

it.each([
  ['no JSON', '{', 'the body is not JSON'],
  ['no share', '{}', 'share: is missing'],
  ['a share that is none', '{"share": "x"}', 'share: not a share, or mistyped'],
  ['far too much', `{"share": "${'x'.repeat(10_000)}"}`, 'the body is larger than a share'],
])('refuses %s', async (_, text, detail) => {
  const { status, body } = await post(text);
  expect({ status, detail: body.detail }).toEqual({ status: 400, detail });
});

it('refuses a share of another split and one that is given twice, and counts neither', async () => {
  const made = await keystead(['root', 'create', join(dataDir, 'other.key'), '--shares', '3', '--threshold', '2']);
  const other = await unseal(made.out.split('\n')[1] ?? '');
  expect(other).toMatchObject({ code: 5, out: '' });
  expect(other.err).toContain('of another split');
  expect(JSON.parse((await unseal(shares[0] ?? '')).out)).toEqual(progress(1));
  expect((await unseal(shares[0] ?? '')).err).toContain('was given already');
  expect(JSON.parse((await cli(['seal-status'])).out)).toEqual(progress(1));
});

it('answers few wrong shares of one address, and holds back nobody who has a right one', async () => {
  // From the address that everybody has behind a proxy.
  const wrong = await Promise.all(Array.from({ length: 30 }, () => post({ share: 'x' })));
  expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([400, 429]));
  expect(JSON.parse((await unseal(shares[2] ?? '')).out)).toEqual(progress(2, false));
});

it('then serves, says that it is not sealed, and is sealed again by its next start', async () => {
  await server.ready();
  const { keyAdmin, auditor } = await server.tokens();
  expect((await call(server, keyAdmin, 'GET', '/api/v1/keyrings')).status).toBe(200);
  const starts = await call(server, auditor, 'GET', '/api/v1/audit/records?operation=service.start');
  expect(starts.body.items[0].detail).toEqual({ unsealedBy: { KEYSTEAD_ROOT_KEY: [1, 3] } });
  expect(JSON.parse((await unseal(shares[0] ?? '')).out)).toEqual({ sealed: false, roots: [] });
  for (const share of shares) expect(server.output).not.toContain(share.slice(40, 80));

  expect(await server.stop()).toBe(0);
  server = await Server.launch({ dataDir, port: server.port, env: { KEYSTEAD_ROOT_KEY: 'shamir:root.key' } });
  await untilLive();
  expect((await call(server, keyAdmin, 'GET', '/api/v1/keyrings')).status).toBe(503);
});

it('stops when it is told to, sealed as it is', async () => {
  expect(await server.stop()).toBe(0);
});

it('is opened by its keepers for a command that works without a server', async () => {
  const settings = { KEYSTEAD_DATA_DIR: dataDir, KEYSTEAD_ROOT_KEY: 'shamir:root.key' };
  const recover = (lines: readonly string[]) =>
    keystead(['recover-admin', join(dataDir, 'token'), '--json'], { stdin: lines.join('\n'), env: settings });
  expect(await recover([shares[0] ?? ''])).toMatchObject({ out: '', err: expect.stringContaining('Share 2 of 2') });
  expect(await recover([shares[0] ?? '', shares[1] ?? ''])).toMatchObject({ code: 0, err: '' });
});

async function untilLive(): Promise<void> {
  while (!(await fetch(`${server.url}/health/live`).catch(() => undefined))?.ok) {
    const { exitCode, signalCode } = server.process;
    if (exitCode !== null || signalCode !== null) throw new Error(`the server ended: ${server.output}`);
    await sleep(25);
  }
}
