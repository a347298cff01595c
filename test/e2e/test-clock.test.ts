import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KeysteadClient } from '../../src/client/client.js';
import { readConfig } from '../../src/config/config.js';
import { call, Server, type Tokens } from '../support/server.js';

let server: Server;
let tokens: Tokens;

beforeAll(async () => {
  server = await Server.start({ env: { KEYSTEAD_TEST_CLOCK: '1' } });
  tokens = await server.tokens();
});
afterAll(async () => server.remove());

const advance = (token: string, by: string) => call(server, token, 'POST', '/api/v1/test/clock', { advance: by });

it('moves the schedule on and nothing else: a policy is seen at work', async () => {
  const admin = new KeysteadClient({ url: server.url, token: tokens.keyAdmin });
  const app = new KeysteadClient({ url: server.url, token: tokens.app });
  const auditor = new KeysteadClient({ url: server.url, token: tokens.auditor });
  const { id } = await admin.keys.create({ name: 'clocked' });
  const policy = { rotate: { every: '90d' }, retire: { after: '30d' }, destroy: { after: '10d' } };
  await admin.policies.setForKey(id, policy);
  const { ciphertext } = await app.encrypt(id, { plaintext: Buffer.from('x') });

  expect((await advance(tokens.admin, '91d')).body).toMatchObject({ applied: 1, failed: 0 });
  expect((await admin.keys.get(id)).primaryVersion).toBe(2);
  await app.decrypt({ ciphertext });

  expect((await advance(tokens.admin, '31d')).body).toMatchObject({ applied: 1 });
  await expect(app.decrypt({ ciphertext })).rejects.toMatchObject({ code: 'version-retired' });
  expect((await advance(tokens.admin, '9d')).body).toMatchObject({ applied: 0 });
  expect((await advance(tokens.admin, '2d')).body).toMatchObject({ applied: 1 });
  await expect(app.decrypt({ ciphertext })).rejects.toMatchObject({ code: 'version-destroyed' });

  const { items } = await auditor.audit.records({ key: id, caller: 'system:rotation' });
  expect(items.map(({ operation, version }) => [operation, version])).toEqual([
    ['version.destroy', 1],
    ['version.retire', 1],
    ['key.rotate', 2],
  ]);
  for (const { at, detail } of items) {
    expect(detail).toMatchObject({ testClock: true, policy: 'key' });
    expect(Date.parse(at)).toBeLessThanOrEqual(Date.now() + 60_000);
  }
});

it('is for administrators, and for durations', async () => {
  expect(await advance(tokens.keyAdmin, '1d')).toMatchObject({ status: 403 });
  expect(await advance(tokens.admin, 'tomorrow')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
});

it('is refused on an external database, and is not there unless it is asked for', async () => {
  const external = { KEYSTEAD_DATABASE_URL: 'postgres://localhost/x', KEYSTEAD_ROOT_KEY: 'local:/x' };
  expect(() => readConfig({ ...external, KEYSTEAD_TEST_CLOCK: '1' })).toThrow(
    /KEYSTEAD_TEST_CLOCK: only with the embedded/,
  );
  const plain = await Server.start();
  try {
    const { admin } = await plain.tokens();
    expect((await call(plain, admin, 'POST', '/api/v1/test/clock', { advance: '1d' })).status).toBe(404);
  } finally {
    await plain.remove();
  }
});
