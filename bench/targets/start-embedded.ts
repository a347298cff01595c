import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrivateServer, type PrivateServerOptions } from '../../scripts/private-server.js';
import { DATABASE, ROLE } from '../../src/storage/embedded/ensure-database.js';
import { socketUrl } from '../../src/storage/embedded/socket-url.js';
import type { KeysteadTarget } from './keystead-target.js';

/** Keystead on its embedded PostgreSQL, with the settings that `npm start` has. */
export async function startEmbedded(
  options: PrivateServerOptions = {},
): Promise<KeysteadTarget & { readonly databaseUrl: string }> {
  const server = await PrivateServer.start(options);
  const pidFile = await readFile(join(server.dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8');
  const [postmaster, , , port, host = ''] = pidFile.split('\n');
  const version = await readFile(join(server.dataDir, 'postgres', 'data', 'PG_VERSION'), 'utf8');
  return {
    name: 'Keystead, embedded',
    port: Number(new URL(server.url).port),
    parts: {
      server: { pid: server.pid, withChildren: false },
      PostgreSQL: { pid: Number(postmaster), withChildren: true },
    },
    server,
    tokens: await server.tokens(),
    databaseUrl: socketUrl({ host, port: Number(port), user: ROLE, database: DATABASE }),
    database: `embedded PostgreSQL ${version.trim()}, fsync on`,
    stop: () => server.remove(),
  };
}
