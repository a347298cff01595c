import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrivateServer } from '../../scripts/private-server.js';
import { generateBootstrapToken } from '../../src/admin/generate-token.js';
import { KeysteadClient } from '../../src/client/client.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { createExternalDatabase } from './external-database.js';
import type { KeysteadTarget } from './keystead-target.js';

/** Keystead on a PostgreSQL that somebody else runs: in a database of its own, which goes at the end. */
export async function startExternal(url: string): Promise<KeysteadTarget> {
  const place = await mkdtemp(join(tmpdir(), 'keystead-bench-'));
  const root = join(place, 'root.key');
  await createLocalRootKey(root);
  const database = await createExternalDatabase(url);
  const clear = async () => {
    await database.drop();
    await rm(place, { recursive: true, force: true });
  };
  try {
    const token = generateBootstrapToken();
    const settings = {
      KEYSTEAD_DATABASE_URL: database.url,
      KEYSTEAD_ROOT_KEY: `local:${root}`,
      KEYSTEAD_BOOTSTRAP_TOKEN: token,
    };
    const server = await PrivateServer.start({ settings });
    const { postmaster } = database;
    return {
      name: 'Keystead, external',
      port: Number(new URL(server.url).port),
      parts: {
        server: { pid: server.pid, withChildren: false },
        ...(postmaster === undefined ? {} : { PostgreSQL: { pid: postmaster, withChildren: true } }),
      },
      server,
      tokens: await makeCallers(new KeysteadClient({ url: server.url, token })),
      database: database.description,
      stop: async () => {
        await server.remove();
        await clear();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** A key administrator and an application. */
export async function makeCallers(client: KeysteadClient): Promise<KeysteadTarget['tokens']> {
  const tokenFor = async (name: string, role: string) => {
    const { id } = await client.callers.create({ name, type: 'service' });
    await client.bindings.create({ caller: id, role, scope: { keyring: 'default' } });
    return (await client.tokens.create(id)).token;
  };
  return { keyAdmin: await tokenFor('bench-admin', 'key-admin'), app: await tokenFor('bench-app', 'crypto-user') };
}
