import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, Server, type ApiAnswer, type Tokens } from '../support/server.js';

const MIB = 1024 * 1024;
const KEYS = '/api/v1/keyrings/default/keys';

async function start(env: Readonly<Record<string, string>>): Promise<{ server: Server; tokens: Tokens }> {
  const server = await Server.start({ env });
  const tokens = await server.tokens();
  await call(server, tokens.keyAdmin, 'POST', KEYS, { name: 'k' });
  await call(server, tokens.keyAdmin, 'POST', KEYS, { name: 'signer', spec: 'rsa-2048', usage: 'sign-verify' });
  return { server, tokens };
}

const seen = ({ status, body }: ApiAnswer): string => (status < 300 ? `${status}` : `${status} ${String(body.code)}`);

/** How often each was answered. */
function counted(answers: readonly ApiAnswer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[seen(answer)] = (counts[seen(answer)] ?? 0) + 1;
  return counts;
}

function expectRetryAfter(answers: readonly ApiAnswer[]): void {
  for (const { status, headers } of answers)
    if (status === 429 || status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
}

describe('a server with much to do', () => {
  let server: Server;
  let tokens: Tokens;

  beforeAll(async () => {
    ({ server, tokens } = await start({ KEYSTEAD_MAX_IN_FLIGHT: '4', KEYSTEAD_MAX_BODIES_MIB: '48' }));
  });
  afterAll(() => server.remove());

  it('refuses what is too much before what it took is done, and always tells that it lives', async () => {
    const items = Array.from({ length: 300 }, () => ({ message: '' }));
    const ended: string[] = [];
    const batches = Array.from({ length: 40 }, async () => {
      const answer = await call(server, tokens.app, 'POST', `${KEYS}/signer/sign`, { items });
      ended.push(seen(answer));
      return answer;
    });
    const state = { over: false, health: [] as number[] };
    const all = Promise.all(batches).finally(() => (state.over = true));
    while (!state.over) state.health.push((await call(server, undefined, 'GET', '/health/ready')).status);
    const answers = await all;
    expect(new Set(state.health)).toEqual(new Set([200]));
    expect(state.health.length).toBeGreaterThan(5);
    const counts = counted(answers);
    expect(counts).toEqual({ 200: counts['200'], '503 overloaded': 40 - (counts['200'] ?? 0) });
    expect(counts['200']).toBeGreaterThanOrEqual(4);
    expect(counts['503 overloaded']).toBeGreaterThan(0);
    // Nobody waits for the work of others to be told no.
    expect(ended.indexOf('503 overloaded')).toBeLessThan(ended.indexOf('200'));
    expectRetryAfter(answers);
  });

  it('holds as many bytes of bodies as it may, and no more', async () => {
    const item = { plaintext: Buffer.alloc(60 * 1024).toString('base64') };
    const body = JSON.stringify({ items: Array.from({ length: 240 }, () => item) });
    expect(body.length).toBeGreaterThan(18 * MIB);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => call(server, tokens.app, 'POST', `${KEYS}/k/encrypt`, body)),
    );
    const counts = counted(answers);
    expect(counts).toEqual({ 200: counts['200'], '503 overloaded': 4 - (counts['200'] ?? 0) });
    expect(counts['200']).toBeGreaterThanOrEqual(1);
    const status = await readFile(`/proc/${server.process.pid}/status`, 'utf8').catch(() => '');
    console.log(`4 bodies of 19 MiB at once: ${JSON.stringify(counts)}, ${/VmHWM:\s+(.*)/.exec(status)?.[1] ?? ''}`);
    expect((await call(server, tokens.app, 'POST', `${KEYS}/k/encrypt`, body)).status).toBe(200);
  });
});

describe('a limit of a caller’s work', () => {
  let server: Server;
  let tokens: Tokens;

  beforeAll(async () => {
    ({ server, tokens } = await start({ KEYSTEAD_CALLER_COST_PER_SECOND: '500' }));
  });
  afterAll(() => server.remove());

  it('holds back him and nobody else, until he has waited', async () => {
    const sign = () => call(server, tokens.app, 'POST', `${KEYS}/signer/sign`, { message: '' });
    // Each costs 16; the bucket holds 500.
    const answers: ApiAnswer[] = [];
    while (answers.every(({ status }) => status !== 429))
      answers.push(...(await Promise.all(Array.from({ length: 120 }, sign))));
    const counts = counted(answers);
    expect(counts).toEqual({ 200: counts['200'], '429 too-many-requests': answers.length - (counts['200'] ?? 0) });
    expect(counts['200']).toBeGreaterThanOrEqual(31);
    expect(counts['429 too-many-requests']).toBeGreaterThan(0);
    expectRetryAfter(answers);
    expect((await call(server, tokens.auditor, 'GET', '/api/v1/whoami')).status).toBe(200);
    let answer = await sign();
    while (answer.status === 429) answer = await sign();
    expect(answer.status).toBe(200);
  });
});

describe('a limit of an address', () => {
  let server: Server;

  beforeAll(async () => {
    server = await Server.start({ env: { KEYSTEAD_SOURCE_REQUESTS_PER_SECOND: '20' } });
  });
  afterAll(() => server.remove());

  it('holds back who comes from there, and no other address', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const from = (localAddress: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { authorization: 'Bearer kst_nobody' };
        request({ port: server.port, host: '127.0.0.1', path: '/api/v1/whoami', localAddress, headers, agent })
          .on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
          .on('error', reject)
          .end();
      });
    const statuses = new Set<number | undefined>();
    // More than a few come in each second, on any machine.
    while (!statuses.has(429))
      for (const one of await Promise.all(Array.from({ length: 500 }, () => from('127.0.0.2')))) statuses.add(one);
    expect(statuses).toEqual(new Set([401, 429]));
    expect(await from('127.0.0.3')).toBe(401);
    expect((await call(server, undefined, 'GET', '/health/live')).status).toBe(200);
    agent.destroy();
  });
});
