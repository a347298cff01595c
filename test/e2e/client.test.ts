import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { KeysteadClient } from '../../src/client/client.js';
import { failureOf } from '../unit/client/failure.js';
import { Clients } from './clients.js';

let clients: Clients;
let admin: KeysteadClient;
let keyAdmin: KeysteadClient;
let app: KeysteadClient;
let auditor: KeysteadClient;

beforeAll(async () => {
  clients = await Clients.start();
  ({ admin, keyAdmin, app, auditor } = clients);
});
afterAll(() => clients.server.remove());

describe('keys', () => {
  it('are made, found by id and name, listed with filters, changed', async () => {
    const key = await keyAdmin.keys.create({ name: 'orders', tags: { team: 'shop' }, description: 'order data' });
    expect(key).toMatchObject({
      name: 'orders',
      spec: 'aes-256-xaes',
      usage: 'encrypt-decrypt',
      state: 'enabled',
      primaryVersion: 1,
    });
    expect((await app.keys.get(key.id)).name).toBe('orders');
    expect((await app.keys.get('orders')).id).toBe(key.id);
    const found = await app.keys.list({ tag: 'team=shop', namePrefix: 'ord', state: 'enabled', spec: 'aes-256-xaes' });
    expect(found.items.map(({ id }) => id)).toEqual([key.id]);
    const changed = await keyAdmin.keys.update('orders', {
      description: 'all of it',
      tags: { team: 'shop', env: 'prod' },
    });
    expect(changed).toMatchObject({ description: 'all of it', tags: { team: 'shop', env: 'prod' } });
  });

  it('are listed page by page', async () => {
    const names = new Set(
      await Promise.all(
        Array.from({ length: 7 }, (_, i) => clients.makeKey('hmac-sha-256', { tags: { paged: String(i) } })),
      ),
    );
    const seen: (string | null | undefined)[] = [];
    for await (const { name } of app.keys.all({ tag: 'paged', limit: 3 })) seen.push(name);
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(names);
  });

  it('go through their lifecycle', async () => {
    const key = await clients.makeKey('aes-256-xaes');
    expect((await keyAdmin.keys.disable(key)).state).toBe('disabled');
    expect((await failureOf(app.encrypt(key, { plaintext: Buffer.of(1) }))).code).toBe('key-disabled');
    expect((await keyAdmin.keys.enable(key)).state).toBe('enabled');
    expect((await keyAdmin.keys.scheduleDestruction(key, { windowDays: 7 })).state).toBe('pending-destruction');
    expect((await keyAdmin.keys.cancelDestruction(key)).state).toBe('disabled');
    const refused = await failureOf(keyAdmin.keys.cancelDestruction(key));
    expect(refused).toMatchObject({ code: 'invalid-transition', status: 409 });
    expect(refused.requestId).toBeTruthy();
  });

  it('have versions that can be retired, restored, revoked and destroyed', async () => {
    const key = await clients.makeKey('aes-256-xaes');
    const { ciphertext } = await app.encrypt(key, { plaintext: Buffer.from('old') });
    expect((await keyAdmin.keys.rotate(key)).primaryVersion).toBe(2);
    expect((await app.decrypt({ ciphertext })).plaintext.toString()).toBe('old');
    expect((await keyAdmin.versions.retire(key, 1)).state).toBe('retired');
    expect((await failureOf(app.decrypt({ ciphertext }))).code).toBe('version-retired');
    await keyAdmin.versions.restore(key, 1);
    expect((await app.decrypt({ ciphertext })).version).toBe(1);
    expect(await keyAdmin.versions.revoke(key, 1, 'compromised')).toMatchObject({
      state: 'revoked',
      reason: 'compromised',
    });
    expect((await keyAdmin.versions.destroy(key, 1)).state).toBe('destroyed');
    expect((await app.versions.list(key)).items.map(({ version, primary }) => [version, primary])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  it('have aliases that move', async () => {
    const [one, two] = [await clients.makeKey('aes-256-xaes'), await clients.makeKey('aes-256-xaes')];
    await keyAdmin.aliases.create({ name: 'current', key: one });
    const first = await app.encrypt('current', { plaintext: Buffer.of(1) });
    await keyAdmin.aliases.move('current', two);
    const second = await app.encrypt('current', { plaintext: Buffer.of(1) });
    expect(second.keyId).not.toBe(first.keyId);
    const aliases = [];
    for await (const alias of keyAdmin.aliases.all()) aliases.push(alias);
    expect(aliases).toContainEqual(expect.objectContaining({ name: 'current', keyId: second.keyId }));
    await keyAdmin.aliases.delete('current');
    expect((await failureOf(app.encrypt('current', { plaintext: Buffer.of(1) }))).status).toBe(404);
  });
});

describe('access', () => {
  it('a new caller may do what is bound to it, until its token is revoked', async () => {
    const key = await clients.makeKey('aes-256-xaes');
    const caller = await admin.callers.create({ name: 'shop', type: 'service' });
    const { id, token } = await admin.tokens.create(caller.id, { expiresIn: '1d', description: 'test' });
    const shop = new KeysteadClient({ url: clients.server.url, token });
    expect((await shop.whoami()).name).toBe('shop');
    expect(await failureOf(shop.encrypt(key, { plaintext: Buffer.of(1) }))).toMatchObject({
      code: 'permission-denied',
      status: 403,
    });
    const binding = await admin.bindings.create({
      caller: 'shop',
      role: 'encrypt-only',
      scope: { keyring: 'default' },
    });
    const { ciphertext } = await shop.encrypt(key, { plaintext: Buffer.of(1) });
    expect((await failureOf(shop.decrypt({ ciphertext }))).code).toBe('permission-denied');
    expect((await admin.bindings.list({ caller: 'shop' })).items.map((item) => item.id)).toEqual([binding.id]);
    await admin.bindings.delete(binding.id);
    expect((await failureOf(shop.encrypt(key, { plaintext: Buffer.of(1) }))).code).toBe('permission-denied');
    expect((await admin.tokens.list('shop')).items.map((item) => item.id)).toEqual([id]);
    await admin.tokens.revoke('shop', id);
    expect(await failureOf(shop.whoami())).toMatchObject({ code: 'unauthenticated', status: 401 });
    expect((await admin.callers.disable('shop')).state).toBe('disabled');
    expect((await admin.callers.enable('shop')).state).toBe('enabled');
    expect((await admin.callers.get('shop')).id).toBe(caller.id);
    const callers = [];
    for await (const { name } of admin.callers.all()) callers.push(name);
    expect(callers).toContain('shop');
  });

  it('the audit records tell who did what', async () => {
    const key = await clients.makeKey('aes-256-xaes');
    await app.encrypt(key, { plaintext: Buffer.of(1) });
    await failureOf(auditor.encrypt(key, { plaintext: Buffer.of(1) }));
    const { items } = await auditor.audit.records({ key });
    const { id } = await app.whoami();
    expect(items).toContainEqual(expect.objectContaining({ operation: 'encrypt', outcome: 'success', caller: id }));
    expect(items.filter(({ operation }) => operation === 'key.create')).toHaveLength(1);
    const denied = await auditor.audit.records({ operation: 'encrypt', outcome: 'denied' });
    expect(denied.items.length).toBeGreaterThan(0);
  });
});

describe('keyrings and the root', () => {
  it('keyrings are made, rewrapped and destroyed', async () => {
    const keyring = await admin.keyrings.create({ name: 'tenant', description: 'a tenant' });
    expect((await admin.keyrings.get('tenant')).id).toBe(keyring.id);
    const status = await admin.keyrings.rewrap('tenant');
    expect(status.toVersion).toBe(status.fromVersion + 1);
    while ((await admin.keyrings.rewrapStatus('tenant')).state === 'running')
      await new Promise((done) => setTimeout(done, 20));
    const names = [];
    for await (const { name } of admin.keyrings.all()) names.push(name);
    expect(names).toEqual(expect.arrayContaining(['default', 'tenant']));
    await admin.keyrings.destroy('tenant');
    expect((await failureOf(admin.with({ keyring: 'tenant' }).keys.create({}))).status).toBeGreaterThanOrEqual(400);
  });

  it('the state of the root is shown to who may see it', async () => {
    expect(await auditor.root.status()).toMatchObject({ rootVersion: 1 });
    expect((await failureOf(app.root.rotate())).code).toBe('permission-denied');
  });

  it('health and the published keys need no token', async () => {
    const nobody = new KeysteadClient({ url: clients.server.url });
    expect((await nobody.health()).ready).toBe(true);
    const name = await clients.makeKey('ecc-p256', { published: true, usage: 'sign-verify' });
    const { publicKey } = await app.keys.publicKey(name);
    const { keys } = await nobody.jwks();
    const jwk = createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).export({ format: 'jwk' });
    expect(keys).toContainEqual(expect.objectContaining({ x: jwk.x, y: jwk.y }));
  });
});
