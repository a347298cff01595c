import { expect, it } from '@jest/globals';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { createTestDatabase } from '../support/database.js';
import { call, Server } from '../support/server.js';

it('an external database has one bootstrap administrator, from the setting or a private file, and no other', async () => {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'keystead-external-'));
  await createLocalRootKey(join(dataDir, 'root.key'));
  const external = { dataDir, databaseUrl: database.url, env: { KEYSTEAD_ROOT_KEY: 'local:' } };
  const server = await Server.start(external);
  const file = join(dataDir, 'bootstrap-token');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const token = (await readFile(file, 'utf8')).trim();
  expect(server.output).toContain(file);
  expect(server.output).not.toContain(token);
  expect(server.output).toContain('append-only by trigger alone');
  const callers = await call(server, token, 'GET', '/api/v1/callers');
  expect(callers.body.items.map((caller: { name: string }) => caller.name)).toEqual(['bootstrap']);
  const asAdministrator = await call(server, token, 'POST', '/api/v1/keyrings/default/keys', {});
  expect(asAdministrator.status).toBe(403);
  await retire(server, token);
  await server.remove();
  await database.drop();
});

/** The bootstrap token is good for others who take over, and ends. */
async function retire(server: Server, bootstrap: string): Promise<void> {
  const ask = async (token: string, path: string, body: object = {}) =>
    call(server, token, 'POST', `/api/v1/${path}`, body);
  const finish = async (token: string) => ask(token, 'bootstrap/finish');
  expect((await ask(bootstrap, 'keyrings', { name: 'own' })).body.code).toBe('permission-denied');
  expect((await ask(bootstrap, 'roles', { name: 'own', permissions: ['decrypt'] })).body.code).toBe(
    'permission-denied',
  );
  expect((await ask(bootstrap, 'callers/bootstrap/tokens')).body.code).toBe('permission-denied');
  await ask(bootstrap, 'callers', { name: 'alice', type: 'person' });
  await ask(bootstrap, 'bindings', { caller: 'alice', role: 'administrator', scope: { everything: true } });
  expect((await ask(bootstrap, 'callers/alice/invitations')).status).toBe(201);
  expect((await finish(bootstrap)).body.code).toBe('invalid-transition');
  const { token } = (await ask(bootstrap, 'callers/alice/tokens')).body;
  expect((await finish(token)).body).toMatchObject({
    tokens: [expect.any(String)],
    administrators: [expect.any(String)],
  });
  expect((await finish(bootstrap)).status).toBe(401);
  expect((await finish(token)).body.code).toBe('invalid-transition');
  expect((await ask(token, 'keyrings', { name: 'own' })).status).toBe(201);
}
