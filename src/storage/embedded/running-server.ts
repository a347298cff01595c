import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { isDataDirLocked } from './data-dir-lock.js';
import { APPLICATION_ROLE, DATABASE } from './ensure-database.js';
import { SOCKET_PORT, usualSocketDirectory, socketDirectoryRecord } from './socket-directory.js';
import { socketUrl } from './socket-url.js';

/**
 * Where the embedded PostgreSQL of a data directory can be reached beside the Keystead that runs it, as the role that the service runs as.
 * @returns undefined while none runs
 */
export async function runningServerUrl(dataDir: string): Promise<string | undefined> {
  const root = await realpath(dataDir).catch(() => undefined);
  if (root === undefined || !(await isDataDirLocked(root))) return undefined;
  const home = join(root, 'postgres');
  const temporary = await readFile(socketDirectoryRecord(home), 'utf8').catch(() => undefined);
  const host = temporary ?? usualSocketDirectory(home);
  return socketUrl({ host, port: SOCKET_PORT, user: APPLICATION_ROLE, database: DATABASE });
}
