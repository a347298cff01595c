import { join } from 'node:path';
import { writeAccessRules } from './access-rules.js';
import { clearOrphan } from './clear-orphan.js';
import { clearStragglers } from './clear-stragglers.js';
import { layOutCluster, type ClusterLayout } from './cluster-layout.js';
import { lockDataDir } from './data-dir-lock.js';
import { DATABASE, ensureDatabase, ROLE } from './ensure-database.js';
import { launchPostmaster } from './launch-postmaster.js';
import { locateBinaries } from './locate-binaries.js';
import { prepareBinaries } from './prepare-binaries.js';
import { runInitdb } from './run-initdb.js';
import { serverArguments } from './server-settings.js';
import {
  clearSocketDirectory,
  makeSocketDirectory,
  removeTemporarySocketDirectory,
  SOCKET_PORT,
} from './socket-directory.js';
import { socketUrl, type SocketConnection } from './socket-url.js';
import { Supervisor, type SupervisorEvent } from './supervisor.js';

export interface EmbeddedPostgresOptions {
  /** Keystead's data directory; the database lies in `postgres/` in it. Made when it does not exist. */
  readonly dataDir: string;
  /** PostgreSQL settings over the defaults, by name; `fsync: 'off'` also makes the cluster without flushing. */
  readonly settings?: Readonly<Record<string, string>>;
  /** PostgreSQL's log, line by line. */
  readonly onLog?: (line: string) => void;
  /** The server ended on its own, was restarted, or could not be (it is tried again). */
  readonly onEvent?: (event: SupervisorEvent) => void;
  /** The directory of the platform package, where npm did not install it beside Keystead. */
  readonly packageRoot?: string;
  /** Where a copy of the binaries may be kept when PostgreSQL's user cannot use the installed ones. */
  readonly binariesHome?: string;
}

export interface EmbeddedPostgres {
  /** The database and its owner, the role `keystead`. It stays the same over restarts of the server. */
  readonly connection: SocketConnection;
  readonly url: string;
  /** The superuser `postgres` in the database `postgres`: for maintenance and tests, not for serving. */
  readonly superuserUrl: string;
  /** The running postmaster; changes when it had to be restarted. */
  readonly pid: number;
  /** Stops PostgreSQL (fast shutdown) and lets go of the data directory. May be called again; all calls end together. */
  stop(): Promise<void>;
}

/** Root's place for what can be made again: the copy when not even the data directory is reachable. */
const SHARED_CACHE = '/var/cache/keystead';

/**
 * Starts the embedded PostgreSQL of a data directory: takes the directory's lock, makes the cluster on the first start,
 * stops what a killed Keystead left running, and keeps the server running until `stop`.
 *
 * @throws KmsError conflict (another server has the directory), invalid-setting (it cannot run here, and what to do),
 *   database-unavailable (it did not start)
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const layout = await layOutCluster(options.dataDir);
  const lock = await lockDataDir(layout.dataDir);
  try {
    return await startLocked(layout, options, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startLocked(
  layout: ClusterLayout,
  options: EmbeddedPostgresOptions,
  release: () => void,
): Promise<EmbeddedPostgres> {
  const settings = options.settings ?? {};
  const installed = await locateBinaries(options.packageRoot);
  const home = options.binariesHome ?? (layout.reachable ? join(layout.home, 'programs') : SHARED_CACHE);
  const root = await prepareBinaries(installed, layout.account, [home]);
  await runInitdb(root, layout, settings['fsync'] !== 'off');
  const socketDirectory = await makeSocketDirectory(layout);
  const args = serverArguments(settings, socketDirectory);
  await writeAccessRules(layout.pgdata, layout.account);

  const launch = async () => {
    await clearOrphan(layout.pgdata, layout.account);
    await clearStragglers(layout.pgdata);
    await clearSocketDirectory(socketDirectory);
    return launchPostmaster(root, layout, args, options.onLog ?? ignore);
  };
  const supervisor = new Supervisor(await launch(), launch, options.onEvent ?? ignore);
  const connection = { host: socketDirectory, port: SOCKET_PORT, user: ROLE, database: DATABASE };
  const superuser = { ...connection, user: 'postgres', database: 'postgres' };
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= stopOnce());
  const stopOnce = async () => {
    await supervisor.stop();
    await removeTemporarySocketDirectory(layout);
    release();
  };
  try {
    await ensureDatabase(superuser);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    connection,
    url: socketUrl(connection),
    superuserUrl: socketUrl(superuser),
    get pid() {
      return supervisor.pid;
    },
    stop,
  };
}

function ignore(): void {}
