import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import type { RootKey, WrappedByRoot } from '../../src/roots/root-key.js';
import { selfSigned } from '../support/self-signed.js';
import { appRole, byRole, countOf, TransitFixture, tokenOf } from '../support/transit-fixture.js';
import { failure, mustNotShow } from './root-key.contract.js';

const context = Buffer.from('keyring:default');
const key = new Secret(randomBytes(32));
const transit = new TransitFixture();

describe('secrets on their way to Vault', () => {
  it('stay out of errors, also when the server repeats what it was sent', async () => {
    const server = await transit.start();
    const settings = tokenOf(server);
    const root = await transit.open(server, settings);
    await mustRoundTrip(root);
    for (const status of [400, 403, 404, 500]) {
      server.intercept = (request, response) => {
        const said: string[] = [JSON.stringify(request.headers)];
        request.on('data', (chunk) => said.push(String(chunk)));
        request.on('end', () => response.writeHead(status).end(JSON.stringify({ errors: said })));
      };
      const error = await failure(root.wrap(key, context));
      mustNotShow(error, key, settings.vaultToken);
    }
  });

  it('do not follow a redirect to another server', async () => {
    const other = await transit.start();
    const reached = countOf(other, 'POST transit/encrypt/root');
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server));
    await mustRoundTrip(root);
    server.intercept = (request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${other.port}${request.url}` }).end();
    };
    const error = await failure(root.wrap(key, context));
    expect(error).toMatchObject({ code: 'root-unavailable' });
    expect(error.detail).toMatch(/redirect/);
    expect(reached.count).toBe(0);
  });

  it('do not go where the environment says', async () => {
    const strangers: string[] = [];
    const stranger = createServer((request, response) => {
      strangers.push(request.url ?? '');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const address = stranger.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const environment = {
      HTTP_PROXY: url,
      http_proxy: url,
      HTTPS_PROXY: url,
      https_proxy: url,
      ALL_PROXY: url,
      VAULT_ADDR: url,
      VAULT_TOKEN: 'stolen',
      VAULT_NAMESPACE: 'elsewhere',
      VAULT_PREFIX: '/elsewhere',
    };
    const before = { ...process.env };
    Object.assign(process.env, environment);
    try {
      const server = await transit.start({ appRole: appRole() });
      const presented = new Set<unknown>();
      server.requests.on('headers', (headers) =>
        presented.add(headers['x-vault-token']).add(headers['x-vault-namespace']),
      );
      await mustRoundTrip(await transit.open(server, byRole()));
      expect(presented.has('stolen') || presented.has('elsewhere')).toBe(false);
      expect(presented.size).toBeGreaterThan(1);
      expect(strangers).toEqual([]);
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
      Object.assign(process.env, before);
      stranger.close();
    }
  });

  it('go over TLS only to a server whose certificate is vouched for, whatever VAULT_SKIP_VERIFY says', async () => {
    const tls = selfSigned({ ip: [127, 0, 0, 1] });
    const misnamed = selfSigned({ dns: 'vault.example.com' });
    const before = process.env['VAULT_SKIP_VERIFY'];
    process.env['VAULT_SKIP_VERIFY'] = '1';
    try {
      const server = await transit.start({ tls });
      await mustRoundTrip(await transit.open(server, { ...tokenOf(server), vaultCaCert: tls.cert }));
      const reached = countOf(server, 'GET transit/keys/root');
      const unknown = await failure((await transit.open(server, tokenOf(server))).check());
      expect(unknown).toMatchObject({ code: 'root-unavailable' });
      expect(unknown.detail).toMatch(/unknown authority/);
      const foreign = await failure(
        (await transit.open(server, { ...tokenOf(server), vaultCaCert: misnamed.cert })).check(),
      );
      expect(foreign.detail).toMatch(/unknown authority/);
      expect(reached.count).toBe(0);
      const elsewhere = await transit.start({ tls: misnamed });
      const wrong = await failure(
        (await transit.open(elsewhere, { ...tokenOf(elsewhere), vaultCaCert: misnamed.cert })).check(),
      );
      expect(wrong).toMatchObject({ code: 'root-unavailable' });
      expect(wrong.detail).toMatch(/another name/);
    } finally {
      if (before === undefined) delete process.env['VAULT_SKIP_VERIFY'];
      else process.env['VAULT_SKIP_VERIFY'] = before;
    }
  });
});

async function mustRoundTrip(root: RootKey): Promise<WrappedByRoot> {
  const wrapped = await root.wrap(key, context);
  expect((await root.unwrap(wrapped, context)).bytes).toEqual(key.bytes);
  return wrapped;
}
