import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import type { RootKey, WrappedByRoot } from '../../src/roots/root-key.js';
import { TransitFixture, tokenOf } from '../support/transit-fixture.js';
import type { TransitServer } from '../support/transit-server.js';
import { failure, mustNotShow } from './root-key.contract.js';

const context = Buffer.from('keyring:default');
const key = new Secret(randomBytes(32));
const transit = new TransitFixture();

describe('an outage of Vault', () => {
  it('by sealing is said so, and ends by itself', async () => {
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server));
    const wrapped = await mustRoundTrip(root);
    server.sealed = true;
    for (const call of [root.check(), root.unwrap(wrapped, context), root.wrap(key, context), root.rotate()]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'root-unavailable' });
      expect(error.detail).toMatch(/sealed/);
      mustNotShow(error, key);
    }
    server.sealed = false;
    expect((await root.unwrap(wrapped, context)).bytes).toEqual(key.bytes);
  });

  it.each([
    ['does not answer', () => undefined],
    ['stops in the middle of its answer', (_, response) => response.writeHead(200).write('{')],
    [
      'sends its answer without an end',
      (_, response) => {
        const drip = setInterval(() => response.write(' '), 5);
        response.writeHead(200).once('close', () => clearInterval(drip));
      },
    ],
  ] satisfies [string, TransitServer['intercept']][])(
    'of a server that %s ends by the deadline',
    async (_, intercept) => {
      const server = await transit.start();
      const wrapped = await mustRoundTrip(await transit.open(server, tokenOf(server)));
      const hasty = await transit.open(server, { ...tokenOf(server), vaultTimeoutMs: 300 });
      server.intercept = intercept;
      const error = await failure(hasty.unwrap(wrapped, context));
      expect(error).toMatchObject({ code: 'root-unavailable' });
      expect(error.detail).toMatch(/TIMEOUT/);
    },
  );

  it.each([
    ['breaks off', (request) => request.socket.destroy()],
    ['answers something else', (_, response) => response.end('<html>Welcome</html>')],
    ['answers JSON that is not of a Vault', (_, response) => response.end('{"data":{"latest_version":"1"}}')],
    ['answers nothing', (_, response) => response.writeHead(204).end()],
    ['answers without end', (_, response) => response.end(Buffer.alloc(2 * 1024 * 1024, ' '))],
    ['fails', (_, response) => response.writeHead(500).end('{"errors":["1 error occurred"]}')],
    ['limits requests', (_, response) => response.writeHead(429).end('{"errors":["rate limit"]}')],
  ] satisfies [string, TransitServer['intercept']][])('of a server that %s', async (_, intercept) => {
    const server = await transit.start();
    const root = await transit.open(server, tokenOf(server));
    const wrapped = await mustRoundTrip(root);
    server.intercept = intercept;
    for (const call of [root.check(), root.unwrap(wrapped, context), root.wrap(key, context), root.rotate()]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'root-unavailable' });
      mustNotShow(error, key);
    }
    server.intercept = undefined;
    await mustRoundTrip(root);
  });
});

async function mustRoundTrip(root: RootKey): Promise<WrappedByRoot> {
  const wrapped = await root.wrap(key, context);
  expect((await root.unwrap(wrapped, context)).bytes).toEqual(key.bytes);
  return wrapped;
}
