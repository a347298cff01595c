import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { buildProgram } from '../../../src/cli/program.js';
import { answer, problem, TestServer, type Handler } from '../client/key-service.js';
import { keystead, quietTerminal, type Ran } from './shell.js';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function against(handler: Handler, ...words: string[]): Promise<Ran> {
  server = await TestServer.start(handler);
  return keystead(words, { env: { KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: 'kst_test' } });
}

function noSession(): never {
  throw new Error('no command runs here');
}

function everyCommand(command: Command, path: readonly string[] = []): readonly (readonly string[])[] {
  const here = [...path, command.name()];
  if (command.commands.length === 0) return [here.slice(1)];
  return command.commands.flatMap((inner) => everyCommand(inner, here));
}

describe('help', () => {
  const commands = everyCommand(buildProgram(quietTerminal(), noSession));

  it('covers the whole command line', () => {
    expect(commands.map((words) => words.join(' '))).toEqual(
      expect.arrayContaining(
        `whoami|status|keyring create|keyring list|keyring show|keyring rewrap|keyring rewrap-status|keyring destroy|key create|key list|key show|key versions|key update|key rotate|key enable|key disable|key schedule-destruction|key cancel-destruction|key import|key export|key public-key|key revoke|version usage|version exposed|campaign start|campaign list|campaign show|campaign run|campaign close|campaign cancel|version retire|version restore|version disable|version enable|version revoke|version destroy|policy show|policy lint|policy simulate|policy set|policy delete|alias create|alias list|alias move|alias delete|encrypt|decrypt|rewrap-file|re-encrypt|data-key|data-key-pair|derive-shared-secret|encapsulate|decapsulate|sign|verify|mac|verify-mac|random|audit query|audit tail|audit summary|audit export|audit evidence|audit vkey|audit verify|audit hash|audit retention show|audit retention set|audit hold add|audit hold list|audit hold remove|audit rebuild-index|audit new-epoch|caller create|caller list|caller show|token create|token list|token revoke|token generate|binding create|binding list|binding delete|root status|root rotate|root migrate`.split(
          '|',
        ),
      ),
    );
  });

  it.each(commands.map((words) => [words.join(' ')]))(
    'of %s says what it does, with examples, in 100 columns',
    async (words) => {
      const { code, out, err } = await keystead([...words.split(' '), '--help']);
      expect(code).toBe(0);
      expect(err).toBe('');
      expect(out).toContain(`Usage: keystead ${words}`.replace(/ status$/, ' status'));
      expect(out).toMatch(/Examples:\n {2}\$ /);
      expect(out).toContain('--token-file');
      expect(out).toContain('--json');
      const wide = out
        .slice(0, out.indexOf('Examples:'))
        .split('\n')
        .filter((line) => line.length > 100);
      expect(wide).toEqual([]);
    },
  );

  it('of the whole names the exit codes', async () => {
    expect((await keystead(['--help'])).out).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /);
  });

  it('--version is the version of the package', async () => {
    expect((await keystead(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a wrong command line', () => {
  it.each([
    [['frob'], "unknown command 'frob'"],
    [['encrypt'], "required option '-k, --key <key>' not specified"],
    [['key', 'list', '--limit', 'many'], 'must be a whole number from 1 on'],
    [['key', 'schedule-destruction', 'k', '--window-days', '31'], 'from 7 to 30'],
    [['data-key', '--key', 'k', '--context', 'tenant'], 'It must be name=value'],
    [['data-key', '--key', 'k', '-c', 'a=1', '-c', 'a=2'], "'a' is given twice"],
    [['audit', 'list', '--since', 'yesterday'], 'It must be a time such as'],
    [['version', 'revoke', 'k', '1', '--reason', 'mood'], 'Allowed choices are compromised'],
    [['version', 'destroy', 'k', '1'], 'Give --yes to do it'],
    [['keyring', 'destroy', 'k'], 'Give --yes to do it'],
    [['binding', 'create', 'app', 'crypto-user'], 'Say where: --keyring'],
    [['binding', 'create', 'app', 'auditor', '--everything', '--keyring', 'x'], 'Give --everything alone'],
    [['whoami'], 'No token: log in (keystead login), set KEYSTEAD_TOKEN'],
    [['whoami', '--url', 'nonsense', '--token-file', '/dev/null'], '/dev/null holds no token'],
  ])('%j ends with 2 and a sentence', async (words, sentence) => {
    const { code, out, err } = await keystead(words);
    expect(err).toContain(sentence);
    expect(err).not.toMatch(/^\s+at /m);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

describe('a refusal of the service', () => {
  it.each([
    [401, 'unauthenticated', 3],
    [403, 'permission-denied', 3],
    [404, 'key-not-found', 4],
    [409, 'name-taken', 5],
    [400, 'invalid-request', 5],
    [400, 'invalid-ciphertext', 7],
    [500, 'internal-error', 1],
  ])('%d %s ends with its own exit code and one line with code and request id', async (status, code, exit) => {
    const ran = await against((_, response) => problem(response, status, code), 'key', 'show', 'orders');
    expect(ran).toMatchObject({ code: exit, out: '', err: `keystead: It was ${code}. (${code}, request req-1)\n` });
  });

  it('is JSON with --json', async () => {
    const ran = await against(
      (_, response) => problem(response, 403, 'permission-denied'),
      'key',
      'show',
      'orders',
      '--json',
    );
    expect(JSON.parse(ran.err)).toEqual({
      error: { code: 'permission-denied', detail: 'It was permission-denied.', requestId: 'req-1' },
    });
    expect(ran.out).toBe('');
  });

  it('an unreachable server ends with 6', async () => {
    const ran = await keystead(['whoami'], { env: { KEYSTEAD_URL: 'http://127.0.0.1:1', KEYSTEAD_TOKEN: 't' } });
    expect(ran.code).toBe(6);
    expect(ran.err).toMatch(/^keystead: Cannot reach http.*ECONNREFUSED.*\n$/);
  });

  it('a server that is not ready ends with 6, and shows why', async () => {
    const ran = await against(
      (_, response) =>
        answer(response, 503, {
          status: 'not-ready',
          checks: [
            { name: 'root', ok: true },
            { name: 'database', ok: false, detail: 'down' },
          ],
        }),
      'status',
    );
    expect(ran.code).toBe(6);
    expect(ran.out).toContain('database  down');
  });
});

describe('answers', () => {
  it('are fields for people and JSON for programs', async () => {
    const me = { id: 'c1', name: 'app', type: 'service', roles: [{ role: 'crypto-user', keyring: 'default' }] };
    const text = await against((_, response) => answer(response, 200, me), 'whoami');
    expect(text.out).toBe('id     c1\nname   app\ntype   service\nroles  role=crypto-user keyring=default\n');
    await server?.stop();
    const json = await against((_, response) => answer(response, 200, me), '--json', 'whoami');
    expect(JSON.parse(json.out)).toEqual(me);
  });

  it('cannot send control sequences to the terminal', async () => {
    const ran = await against(
      (_, response) => answer(response, 200, { id: 'c1', name: '\u001b[2J\u0007evil\nname' }),
      'whoami',
    );
    expect(ran.out).toBe('id    c1\nname  \\u001b[2J\\u0007evil\\u000aname\n');
  });

  it('the token comes from a file, before the environment', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'keystead-test-'));
    const file = join(dir, 'token');
    await writeFile(file, 'kst_from_file\n');
    let seen: string | undefined;
    await against(
      (request, response) => {
        seen = request.headers.authorization;
        answer(response, 200, {});
      },
      'whoami',
      '--token-file',
      file,
    );
    await rm(dir, { recursive: true });
    expect(seen).toBe('Bearer kst_from_file');
  });

  it('a new token alone goes to standard output', async () => {
    const ran = await against(
      (_, response) => answer(response, 201, { id: 'tok', token: 'kst_secret', expiresAt: null }),
      'token',
      'create',
      'app',
    );
    expect(ran.out).toBe('kst_secret\n');
    expect(ran.err).toContain('tok');
    expect(ran.err).not.toContain('kst_secret');
  });

  it('a token for the bootstrap is made without a server', async () => {
    const { code, out } = await keystead(['token', 'generate']);
    expect(code).toBe(0);
    expect(out).toMatch(/^kst_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}\n$/);
  });

  it('key create sends what was asked for', async () => {
    let sent: unknown;
    const words =
      'key create signing --spec ecc-p256 --tag a=1 --tag b=x=y --exportable --import --not-before 2030-01-01T00:00:00Z';
    await against(
      (_, response, body) => {
        sent = JSON.parse(body);
        answer(response, 201, { id: 'k1' });
      },
      ...words.split(' '),
    );
    expect(sent).toEqual({
      name: 'signing',
      spec: 'ecc-p256',
      tags: { a: '1', b: 'x=y' },
      exportable: true,
      origin: 'imported',
      notBefore: '2030-01-01T00:00:00.000Z',
    });
  });
});

describe('lists', () => {
  const names = Array.from({ length: 250 }, (_, i) => `key-${i}`);
  const pages: Handler = (request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const [at, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit'))];
    const items = names
      .slice(at, at + limit)
      .map((name) => ({ name, id: `id-${name}`, spec: 'aes-256-xaes', state: 'enabled', primaryVersion: 1 }));
    answer(response, 200, at + limit < names.length ? { items, nextCursor: String(at + limit) } : { items });
  };

  it('show the first hundred and say that there are more', async () => {
    const { out, err } = await against(pages, 'key', 'list');
    expect(out.split('\n')).toHaveLength(102);
    expect(out).toMatch(/^NAME +ID +SPEC +STATE +PRIMARY\nkey-0 +id-key-0 +aes-256-xaes +enabled +1\n/);
    expect(err).toContain('--all');
  });

  it('page on their own, for --all and for a long --limit', async () => {
    const all = await against(pages, 'key', 'list', '--all', '--json');
    const { items }: { items: readonly { name: string }[] } = JSON.parse(all.out);
    expect(items.map(({ name }) => name)).toEqual(names);
    await server?.stop();
    const some = await against(pages, 'key', 'list', '--limit', '230', '--json');
    expect(JSON.parse(some.out)).toMatchObject({ more: true, items: { length: 230 } });
  });

  it('pass filters on', async () => {
    let seen = '';
    await against(
      (request, response) => {
        seen = request.url ?? '';
        answer(response, 200, { items: [] });
      },
      ...'key list --state enabled --tag env=prod --name-prefix or --keyring k2 --limit 5'.split(' '),
    );
    expect(seen).toBe('/api/v1/keyrings/k2/keys?state=enabled&tag=env%3Dprod&namePrefix=or&limit=5');
  });
});
