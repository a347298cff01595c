import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrivateServer } from '../../scripts/private-server.js';
import type { KeysteadTarget } from './keystead-target.js';

/** Keystead on its embedded PostgreSQL, with the settings that `npm start` has. */
export async function startEmbedded(settings: Readonly<Record<string, string>> = {}): Promise<KeysteadTarget> {
  const server = await PrivateServer.start({ settings });
  const pidFile = await readFile(join(server.dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8');
  const version = await readFile(join(server.dataDir, 'postgres', 'data', 'PG_VERSION'), 'utf8');
  return {
    name: 'Keystead, embedded',
    port: Number(new URL(server.url).port),
    parts: {
      server: { pid: server.pid, withChildren: false },
      PostgreSQL: { pid: Number(pidFile.split('\n')[0]), withChildren: true },
    },
    server,
    tokens: await server.tokens(),
    database: `embedded PostgreSQL ${version.trim()}, fsync on`,
    stop: () => server.remove(),
  };
}
