import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import createClient from 'node-vault';
import { Secret } from '../../src/crypto/secret.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { openRootKey } from '../../src/roots/providers.js';
import { TransitServer } from '../support/transit-server.js';
import { rootKeyContract, type RootUnderTest } from './root-key.contract.js';

rootKeyContract('local', makeLocal);

const address = process.env['KEYSTEAD_TEST_VAULT_ADDR'];
const token = process.env['KEYSTEAD_TEST_VAULT_TOKEN'];
if (address !== undefined && token !== undefined)
  rootKeyContract(`vault at ${address}`, () => makeReal(address, token));
else rootKeyContract('vault (stand-in)', makeStandIn);

async function makeLocal(): Promise<RootUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keystead-root-'));
  const open = (name: string) => openRootKey(`local:${name}`, { dataDir });
  await createLocalRootKey(join(dataDir, 'one'));
  await createLocalRootKey(join(dataDir, 'two'));
  const root = await open('one');
  return {
    root,
    reopen: () => open('one'),
    other: () => open('two'),
    takeAway: () => rename(join(dataDir, 'one'), join(dataDir, 'elsewhere')),
    dispose: async () => {
      await root.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

async function makeStandIn(): Promise<RootUnderTest> {
  const server = await TransitServer.start();
  server.keys.create('one');
  server.keys.create('two');
  const settings = { dataDir: '/nowhere', vaultToken: new Secret(Buffer.from(server.tokens.issue())) };
  const root = await openRootKey(server.uriOf('one'), settings);
  return {
    root,
    reopen: () => openRootKey(server.uriOf('one'), settings),
    other: () => openRootKey(server.uriOf('two'), settings),
    takeAway: () => server.stop(),
    dispose: async () => {
      await root.close();
      await server.stop();
    },
  };
}

async function makeReal(endpoint: string, token: string): Promise<RootUnderTest> {
  const vault = createClient({ endpoint, token });
  await vault.mount({ mount_point: 'transit', type: 'transit' }).catch(() => 'it is mounted already');
  const [one, two] = [`keystead-test-${randomUUID()}`, `keystead-test-${randomUUID()}`];
  for (const name of [one, two]) await vault.write(`transit/keys/${name}`, {});
  const settings = { dataDir: '/nowhere', vaultToken: new Secret(Buffer.from(token)), vaultAllowHttp: true };
  const open = (name: string) => openRootKey(`vault+${endpoint}/transit/${name}`, settings);
  const root = await open(one);
  return {
    root,
    reopen: () => open(one),
    other: () => open(two),
    dispose: async () => {
      await root.close();
      for (const name of [one, two]) {
        await vault.write(`transit/keys/${name}/config`, { deletion_allowed: true });
        await vault.delete(`transit/keys/${name}`);
      }
    },
  };
}
