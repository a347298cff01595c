import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BACKOFF } from '../../src/access/login-attempts.js';
import { codeAt } from '../support/authenticator-app.js';
import { mustBeAsDocumented } from '../support/documented.js';
import { call, Server, type ApiAnswer, type Tokens } from '../support/server.js';

const MAIN = resolve('dist/src/cli/main.js');
const PASSWORD = 'correct horse battery staple';
const SCRIPT = '/usr/bin/script';

let server: Server;
let tokens: Tokens;
let dir: string;
beforeAll(async () => {
  [server, dir] = await Promise.all([Server.start(), mkdtemp(join(tmpdir(), 'keystead-people-'))]);
  tokens = await server.tokens();
});
afterAll(() => Promise.all([server.remove(), rm(dir, { recursive: true })]));

/** What an answer holds that is as it is documented. */
async function done(token: string | undefined, method: string, path: string, body?: unknown) {
  const answer = await call(server, token, method, path, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  mustBeAsDocumented(method, path, answer.status, answer.body);
  return answer.body;
}

/** A person with its factors; the code of this moment is spent. */
async function enrolled(name: string) {
  const { id } = await done(tokens.admin, 'POST', '/api/v1/callers', { name, type: 'person' });
  const { token } = await done(tokens.admin, 'POST', `/api/v1/callers/${id}/invitations`, { expiresIn: '1h' });
  const { totpSecret } = await done(token, 'POST', '/api/v1/enrolment', { password: PASSWORD });
  const code = codeAt(totpSecret, Date.now());
  const { recoveryCodes } = await done(token, 'POST', '/api/v1/enrolment/confirm', { code });
  return { id: id as string, name, totpSecret: totpSecret as string, recoveryCodes: recoveryCodes as string[] };
}

/** Wrong passwords, one after the other. The first wait is short: where it was over before the last, another person is tried. */
async function guessedInTime(name: string): Promise<{ readonly statuses: number[]; readonly last: ApiAnswer }> {
  for (let tries = 1; ; tries++) {
    const person = await enrolled(`${name}-${tries}`);
    const body = { name: person.name, password: 'not the password', code: '000000' };
    const guess = () => call(server, undefined, 'POST', '/api/v1/sessions', body);
    const statuses: number[] = [];
    while (statuses.length < 4) statuses.push((await guess()).status);
    const began = performance.now();
    while (statuses.length < 7) statuses.push((await guess()).status);
    const last = await guess();
    if (performance.now() - began < BACKOFF.firstSeconds * 1000 || tries === 5) return { statuses, last };
  }
}

describe('people over HTTP', () => {
  it('every route answers as it is documented', async () => {
    const { name, recoveryCodes } = await enrolled('alice');
    const login = (code = '') => ({ name, password: PASSWORD, code });
    const session = await done(undefined, 'POST', '/api/v1/sessions', login(recoveryCodes[0]));
    expect(await done(session.token, 'GET', '/api/v1/whoami')).toMatchObject({ name: 'alice', type: 'person' });
    await done(session.token, 'DELETE', '/api/v1/sessions/current');
    expect((await call(server, session.token, 'GET', '/api/v1/whoami')).status).toBe(401);
    const fresh = await done(undefined, 'POST', '/api/v1/recovery-codes', login(recoveryCodes[1]));
    const change = { ...login(fresh.recoveryCodes[0]), newPassword: `${PASSWORD} and more` };
    expect(await done(undefined, 'POST', '/api/v1/password', change)).toEqual({ sessionsEnded: 0 });
  });

  it('refuses alike and records without what was typed', async () => {
    const { name } = await enrolled('bob');
    const answers = [];
    for (const body of [
      { name, password: 'hunter2 hunter2', code: '000000' },
      { name, password: PASSWORD, code: 'hunter2' },
      { name: 'hunter2', password: PASSWORD, code: '000000' },
    ]) {
      const { status, body: problem, headers } = await call(server, undefined, 'POST', '/api/v1/sessions', body);
      const { requestId, ...told } = problem;
      expect(requestId).toBe(headers.get('x-request-id'));
      answers.push({ status, told });
    }
    expect(answers[0]?.status).toBe(401);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const { items } = await done(tokens.auditor, 'GET', '/api/v1/audit/records?operation=authenticate&limit=3');
    expect(items.map(({ detail }: { detail: { reason: string } }) => detail.reason)).toEqual([
      'unknown-person',
      'wrong-code',
      'wrong-password',
    ]);
    expect(JSON.stringify(items) + server.output).not.toMatch(/hunter2|horse/);
  });

  it('says 429 and when to come again after many wrong passwords, and an API token is not held back', async () => {
    const { statuses, last } = await guessedInTime('carol');
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call(server, tokens.app, 'GET', '/api/v1/whoami')).status).toBe(200);
  });
});

const env = () => ({
  ...process.env,
  KEYSTEAD_URL: server.url,
  KEYSTEAD_TOKEN: '',
  KEYSTEAD_SESSION_FILE: join(dir, 'kept', 'sessions.json'),
});

/** The command in a pseudo-terminal; answers each prompt as it appears. */
async function typed(words: string, answers: readonly (readonly [prompt: string, answer: string])[]): Promise<string> {
  const child = spawn(SCRIPT, ['-qec', `${process.execPath} ${MAIN} ${words}`, '/dev/null'], { env: env() });
  let shown = '';
  const waiting = [...answers];
  const look = (piece: Buffer): void => {
    shown += piece.toString('utf8');
    const [next] = waiting;
    if (!next || !shown.includes(`${next[0]}: `)) return;
    waiting.shift();
    shown = shown.replace(`${next[0]}: `, `${next[0]}… `);
    child.stdin.write(`${next[1]}\r`);
  };
  child.stdout.on('data', look);
  child.stderr.on('data', look);
  await new Promise((end) => child.on('close', end));
  return shown;
}

async function piped(words: string, lines: readonly string[] = []): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...words.split(' '), '--json'], { env: env() });
  let out = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString('utf8')));
  child.stdin.on('error', () => undefined).end(lines.map((line) => `${line}\n`).join(''));
  await new Promise((end) => child.on('close', end));
  return out;
}

describe('the command line', () => {
  (existsSync(SCRIPT) ? it : it.skip)(
    'asks in the terminal, without showing what is secret (needs script(1))',
    async () => {
      const { name, recoveryCodes } = await enrolled('dora');
      const shown = await typed('login', [
        ['Name', name],
        ['Password', PASSWORD],
        ['Code (or a recovery code)', recoveryCodes[0] ?? ''],
      ]);
      expect(shown).toContain('dora');
      expect(shown).toMatch(/recoveryCodesLeft +9/);
      expect(shown).not.toContain(PASSWORD);
      const { path, mode } = await stat(env().KEYSTEAD_SESSION_FILE).then(({ mode: bits }) => ({
        path: env().KEYSTEAD_SESSION_FILE,
        mode: bits & 0o777,
      }));
      expect(mode).toBe(0o600);
      expect(await readFile(path, 'utf8')).toContain('kst_');
      expect(JSON.parse(await piped('status --json'))).toMatchObject({});
      expect(await piped('logout')).toContain('logged out');
      expect(await readFile(path, 'utf8')).not.toContain('kst_');
    },
  );

  it('enrols, logs in and out from a pipe, a line for each question', async () => {
    await done(tokens.admin, 'POST', '/api/v1/callers', { name: 'erin', type: 'person' });
    const { token } = await done(tokens.admin, 'POST', '/api/v1/callers/erin/invitations', {});
    const child = spawn(process.execPath, [MAIN, 'enrol', '--json'], { env: env() });
    let [out, err] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString('utf8')));
    child.stderr.on('data', (piece: Buffer) => {
      err += piece.toString('utf8');
      const secret = /^ {2}([A-Z2-7]{32})$/m.exec(err)?.[1];
      if (secret && child.stdin.writable) child.stdin.end(`${codeAt(secret, Date.now())}\n`);
    });
    child.stdin.write(`${token}\n${PASSWORD}\n${PASSWORD}\n`);
    await new Promise((end) => child.on('close', end));
    const { recoveryCodes } = JSON.parse(out) as { recoveryCodes: string[] };
    expect(recoveryCodes).toHaveLength(10);
    expect(JSON.parse(await piped('login --name erin', [PASSWORD, recoveryCodes[0] ?? '']))).toMatchObject({
      name: 'erin',
    });
    expect(await piped('logout')).toContain('logged out');
  });
});
