import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mustBeAsDocumented } from '../support/documented.js';
import { call, Server, type Tokens } from '../support/server.js';

const MAIN = resolve('dist/src/cli/main.js');
const run = promisify(execFile);

let server: Server;
let tokens: Tokens;
beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
});
afterAll(() => server.remove());

async function done(who: keyof Tokens, method: string, path: string, body?: unknown) {
  const answer = await call(server, tokens[who], method, path, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  mustBeAsDocumented(method, path, answer.status, answer.body);
  return answer.body;
}

async function keystead(who: keyof Tokens, words: string): Promise<string> {
  const env = { ...process.env, KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: tokens[who] };
  return (await run(process.execPath, [MAIN, ...words.split(' ')], { env })).stdout;
}

it('groups and explanations answer as they are documented', async () => {
  const { id } = await done('admin', 'POST', '/api/v1/groups', { name: 'team', description: 'of the test' });
  await done('admin', 'PUT', '/api/v1/groups/team/members/auditor', {});
  expect((await done('admin', 'GET', '/api/v1/groups?limit=1')).items).toMatchObject([
    { id, members: [{ name: 'auditor' }] },
  ]);
  const input = { group: 'team', role: 'verify-only', scope: { keyring: 'default' } };
  const bound = await done('admin', 'POST', '/api/v1/bindings', input);
  expect((await done('admin', 'GET', '/api/v1/bindings?group=team')).items).toMatchObject([
    { id: bound.id, groupName: 'team' },
  ]);
  const question = 'operation=verify&resource=keyrings/default';
  const explained = await done(
    'auditor',
    'GET',
    `/api/v1/access/explain?caller=auditor&${question}&context=a%3Db&context=c%3D%3D&strength=mfa`,
  );
  expect(explained).toMatchObject({
    allowed: true,
    reason: 'allowed',
    bindings: [{ id: bound.id, verdict: 'allows' }, {}],
  });
  const { items } = await done('auditor', 'GET', `/api/v1/access/who-can?${question}`);
  expect(items.map(({ name }: { name: string }) => name)).toEqual(['app', 'auditor']);
  await done('admin', 'DELETE', `/api/v1/bindings/${bound.id}`);
  await done('admin', 'DELETE', '/api/v1/groups/team/members/auditor');
  await done('admin', 'DELETE', '/api/v1/groups/team');
  expect((await call(server, tokens.app, 'GET', `/api/v1/access/who-can?${question}`)).status).toBe(403);
});

it('on the command line', async () => {
  await keystead('admin', 'group create payments');
  await keystead('admin', 'group add payments auditor');
  await keystead('admin', 'binding create group:payments encrypt-only --keyring default');
  expect(await keystead('auditor', 'group list')).toMatch(/^payments +\S+ +auditor/m);
  expect(await keystead('auditor', 'binding list')).toContain('group:payments');
  expect(await keystead('auditor', 'access explain --caller auditor --operation encrypt --keyring default')).toMatch(
    /^allows .*group payments/m,
  );
  const json = JSON.parse(
    await keystead('auditor', 'access explain --caller app --operation key.rotate --keyring default --json'),
  );
  expect(json).toMatchObject({ allowed: false, reason: 'no-binding' });
  expect(await keystead('auditor', 'access who-can encrypt --keyring default')).toMatch(/^auditor +caller/m);
});
