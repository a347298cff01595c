import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { KmsError } from '../../errors.js';
import { makeServerDirectory, type ClusterLayout } from './cluster-layout.js';
import { mayReach } from './run-as.js';
import { fitsSocketPath } from './short-path.js';
import { writeFor } from './write-for.js';

/** The port is only a part of the socket's name, `.s.PGSQL.5432`: nothing listens on the network. */
export const SOCKET_PORT = 5432;

const SOCKET_NAME = `.s.PGSQL.${SOCKET_PORT}`;
const PREFIX = 'keystead-pg-';

/**
 * Makes the directory of the server's unix socket, mode 0700: `postgres/run` in the data directory, or a private
 * temporary one where that path is too long for a socket's address or PostgreSQL's user cannot reach it. A temporary
 * directory that a killed server left behind is removed.
 */
export async function makeSocketDirectory(layout: ClusterLayout): Promise<string> {
  await removeTemporarySocketDirectory(layout);
  const usual = usualSocketDirectory(layout.home);
  if (layout.reachable && holdsSocket(usual)) {
    await makeServerDirectory(usual, layout.account);
    return usual;
  }
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const directory = await mkdtemp(join(parent, PREFIX)).catch(() => undefined);
    if (directory === undefined) continue;
    await chmod(directory, 0o700);
    if (layout.account !== undefined) await chown(directory, layout.account.uid, layout.account.gid);
    if (holdsSocket(directory) && (await mayReach(layout.account, directory))) {
      await writeFor(undefined, recordPath(layout), directory);
      return directory;
    }
    await rm(directory, { recursive: true, force: true });
  }
  throw new KmsError(
    'invalid-setting',
    `There is no place for PostgreSQL's unix socket: ${usual} is too long or unreachable for its user, and so are the ` +
      'temporary directories. Choose a shorter KEYSTEAD_DATA_DIR.',
  );
}

/**
 * Removes what a dead server left in its socket directory: PostgreSQL would take its lock file for a living server's
 * while the pid in it is in use again, or not yet reaped. Nobody else uses the directory, and ours is not running.
 */
export async function clearSocketDirectory(directory: string): Promise<void> {
  for (const name of [SOCKET_NAME, `${SOCKET_NAME}.lock`]) await rm(join(directory, name), { force: true });
}

/** Removes the temporary socket directory of this cluster, if it has one. */
export async function removeTemporarySocketDirectory(layout: ClusterLayout): Promise<void> {
  const directory = await readFile(recordPath(layout), 'utf8').catch(() => undefined);
  if (directory === undefined) return;
  const ours = basename(directory).startsWith(PREFIX) && [tmpdir(), '/tmp'].includes(dirname(directory));
  if (ours) await rm(directory, { recursive: true, force: true });
  await rm(recordPath(layout), { force: true });
}

function recordPath({ home }: ClusterLayout): string {
  return socketDirectoryRecord(home);
}

/** @param home `postgres/` in the data directory */
export function usualSocketDirectory(home: string): string {
  return join(home, 'run');
}

/** The file that names the temporary directory, where there is one. */
export function socketDirectoryRecord(home: string): string {
  return join(home, 'socket-directory');
}

/** PostgreSQL puts a lock file, the socket's name and `.lock`, beside the socket; only the socket's own path counts. */
function holdsSocket(directory: string): boolean {
  return fitsSocketPath(join(directory, SOCKET_NAME));
}
