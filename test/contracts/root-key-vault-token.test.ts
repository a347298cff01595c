import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import type { RootKey, WrappedByRoot } from '../../src/roots/root-key.js';
import { renewalDelay } from '../../src/roots/vault/vault-lease.js';
import { appRole, byRole, countOf, TransitFixture, tokenOf } from '../support/transit-fixture.js';
import { failure, mustNotShow } from './root-key.contract.js';

const context = Buffer.from('keyring:default');
const key = new Secret(randomBytes(32));
const transit = new TransitFixture();

describe('the Vault token of a root', () => {
  it('by AppRole is got when first needed, shared, got again when it expired, and given back', async () => {
    const server = await transit.start({ appRole: appRole() });
    const logins = countOf(server, 'POST auth/approle/login');
    const root = await transit.open(server, byRole());
    expect(logins.count).toBe(0);
    const wrapped = await mustRoundTrip(root);
    expect(logins.count).toBe(1);
    server.tokens.expireAll();
    const opened = await Promise.all([1, 2, 3, 4].map(() => root.unwrap(wrapped, context)));
    expect(opened.every(({ bytes }) => bytes.equals(key.bytes))).toBe(true);
    expect(logins.count).toBe(2);
    const before = server.tokens.size;
    await root.close();
    expect(server.tokens.size).toBe(before - 1);
  });

  it('by AppRole is not asked for again and again when the policy lacks the path', async () => {
    const server = await transit.start({ appRole: appRole({ ttl: 3600, deny: [/^transit\/encrypt/] }) });
    const logins = countOf(server, 'POST auth/approle/login');
    const root = await transit.open(server, byRole());
    const error = await failure(root.wrap(key, context));
    expect(error).toMatchObject({ code: 'root-unavailable' });
    expect(error.detail).toMatch(/policy/);
    expect(logins.count).toBe(2);
  });

  it('by AppRole with a wrong secret is refused, and works once the secret is accepted', async () => {
    const server = await transit.start({ appRole: appRole() });
    const wrong = new Secret(Buffer.from('not-the-secret-id'));
    const root = await transit.open(server, { vaultRoleId: 'keystead', vaultSecretId: wrong });
    const error = await failure(root.check());
    expect(error).toMatchObject({ code: 'root-unavailable' });
    expect(error.detail).toMatch(/secret id/);
    mustNotShow(error, wrong);
    server.sealed = true;
    const right = await transit.open(server, byRole());
    expect(await failure(right.check())).toMatchObject({ code: 'root-unavailable' });
    server.sealed = false;
    await right.check();
  });

  it('that expired and cannot be renewed is said so', async () => {
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server, { ttl: 3600 }));
    await root.check();
    server.tokens.expireAll();
    const error = await failure(root.check());
    expect(error).toMatchObject({ code: 'root-unavailable' });
    expect(error.detail).toMatch(/token has expired/);
  });

  it('works without the right to look at itself', async () => {
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server, { ttl: 3600, deny: [/^auth\/token\/lookup-self/] }));
    await mustRoundTrip(root);
  });

  it('is renewed again and again, each time before it expires', async () => {
    for (const ttl of [1, 2, 60, 32 * 86_400]) expect(renewalDelay(ttl)).toBeLessThan(ttl * 1000);
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server, { ttl: 1, leeway: 60 }));
    await root.check();
    for (let renewals = 0; renewals < 2;) {
      const [request] = await once(server.requests, 'request');
      if (request === 'POST auth/token/renew-self') renewals += 1;
    }
    await root.check();
  });

  it('by AppRole is replaced when renewals near its maximum', async () => {
    const server = await transit.start({ appRole: appRole({ ttl: 2, maxTtl: 2 }) });
    const logins = countOf(server, 'POST auth/approle/login');
    const root = await transit.open(server, byRole());
    await root.check();
    while (logins.count < 3) await once(server.requests, 'request');
    await root.check();
  });
});

async function mustRoundTrip(root: RootKey): Promise<WrappedByRoot> {
  const wrapped = await root.wrap(key, context);
  expect((await root.unwrap(wrapped, context)).bytes).toEqual(key.bytes);
  return wrapped;
}
