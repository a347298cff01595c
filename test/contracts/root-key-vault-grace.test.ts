import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import { WrappingStore, type WrappedName, type WrappedObject } from '../../src/keys/wrapped-object.js';
import { KeyringSecrets } from '../../src/operations/keyring-secrets.js';
import { TransitFixture, tokenOf } from '../support/transit-fixture.js';

const NAME: WrappedName = { kind: 'wrapping', scopeId: '018f0000-0000-7000-8000-000000000001', version: 1 };
const transit = new TransitFixture();

class OneWrapping extends WrappingStore {
  wrapped: readonly WrappedObject[] = [];

  override async find(): Promise<WrappedObject[]> {
    return [...this.wrapped];
  }
}

it('a wrapping key outlives an outage of Vault for the grace, and a token that Vault refuses not at all', async () => {
  const server = await transit.start();
  const root = await transit.open(server, tokenOf(server));
  const store = new OneWrapping();
  const secrets = new KeyringSecrets(() => [root], store, { provenForMs: 0, graceMs: 3_600_000 });
  store.wrapped = await secrets.wrap(NAME, new Secret(randomBytes(32)));
  const use = () => secrets.wrappingKey(NAME.scopeId, NAME.version);
  const key = await use();

  server.sealed = true;
  expect(await use()).toBe(key);
  server.sealed = false;
  server.intercept = (_, response) => response.writeHead(403).end('{"errors":["permission denied"]}');
  await expect(use()).rejects.toMatchObject({ code: 'root-unavailable' });
});
