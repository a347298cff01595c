import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KeysteadClient } from '../../src/client/client.js';
import { Server, type Tokens } from '../support/server.js';
import { keystead as run } from '../unit/cli/shell.js';

let server: Server;
let tokens: Tokens;

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
});
afterAll(async () => server.remove());

const keystead = (words: string, stdin = '') =>
  run(words.split(' '), { stdin, env: { KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: tokens.keyAdmin } });

it('are set, shown, simulated and linted from the command line', async () => {
  const client = new KeysteadClient({ url: server.url, token: tokens.keyAdmin });
  const { id } = await client.keys.create({ name: 'ledger', tags: { class: 'pci' } });
  const policy = JSON.stringify({ rotate: { every: '90d' }, retire: { after: '365d' } });

  expect(await keystead('policy set -', policy)).toMatchObject({ code: 0, err: '' });
  expect(await keystead('policy set - --name pci --tag class=pci', policy)).toMatchObject({ code: 0, err: '' });
  expect(await keystead('policy set - --key ledger', policy)).toMatchObject({ code: 0, err: '' });
  const shown = await keystead('policy show --key ledger --json');
  expect(JSON.parse(shown.out)).toMatchObject({ keyId: id, inForce: { source: 'key' } });
  expect((await keystead('policy show')).out).toContain('pci');
  expect((await keystead('key show ledger')).out).toMatch(/^nextRotationAt +\d{4}-/m);

  const { out: calendar } = await keystead('policy simulate --days 100');
  expect(calendar).toMatch(
    /^[A-Z][a-z]+ \d{4}\n {2}[ \d]\d [A-Z][a-z]{2} \d\d:\d\d {2}rotate +ledger +rotate\.every$/m,
  );
  expect(calendar).toContain('rotations 1, versions retired 0');

  const { out: without } = await keystead('policy simulate - --days 100', policy);
  expect(without).toContain('A closer policy holds for 1 more');
  const { out: ofKey } = await keystead('policy simulate - --key ledger --days 50', '{"rotate": {"every": "40d"}}');
  expect(ofKey).toContain('rotations 1, versions retired 0');

  expect(await keystead('policy lint -', policy)).toMatchObject({ code: 0, out: 'nothing to say against it\n' });
  const weak = await keystead('policy lint - --key ledger', '{"rotate": {"every": "3000d"}}');
  expect(weak).toMatchObject({ code: 5, err: 'keystead: The policy is weaker than is recommended.\n' });
  expect(weak.out).toContain('NIST SP 800-57');

  for (const target of [' --key ledger', ' --name pci', '']) {
    expect(await keystead(`policy delete${target}`)).toMatchObject({ code: 0, err: '' });
  }
  expect((await client.keys.get(id)).policy).toBeNull();
});

it('that are wrong are refused with what is wrong', async () => {
  const wrong = await keystead('policy set -', '{"rotate": {"every": "90 days"}}');
  expect(wrong.code).toBe(5);
  expect(wrong.err).toContain('policy.rotate.every: a duration such as "90d"');
  expect(await keystead('policy set -', 'every 90 days')).toMatchObject({ code: 2 });
  expect(await keystead('policy set - --key a --name b', '{}')).toMatchObject({ code: 2 });
  expect(await keystead('policy set - --name b', '{}')).toMatchObject({ code: 2 });
  expect(await keystead('policy delete')).toMatchObject({ code: 4 });
});
