import { chmod, chown, mkdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KmsError } from '../../errors.js';
import { mayReach } from './run-as.js';
import { chooseServerAccount, type ServerAccount } from './server-account.js';

/** Where everything of one embedded cluster lies. All paths are absolute and without symbolic links. */
export interface ClusterLayout {
  /** Keystead's data directory: ours, never written by PostgreSQL's user. */
  readonly dataDir: string;
  /** `postgres/` in it: ours too, so that PostgreSQL's user cannot swap the directories inside. */
  readonly home: string;
  /** PGDATA, owned by PostgreSQL's user, mode 0700. */
  readonly pgdata: string;
  readonly account: ServerAccount | undefined;
  /** Whether PostgreSQL's user can step into `home` by its path; false for instance below /root. */
  readonly reachable: boolean;
}

/**
 * Makes the directories around PGDATA. The data directory is 0700, or 0711 where PostgreSQL runs as another user and
 * has to pass through; of a directory that exists already only the missing permission to pass through is added.
 */
export async function layOutCluster(dataDir: string): Promise<ClusterLayout> {
  const passable = process.getuid?.() === 0 ? 0o011 : 0;
  const made = await mkdir(resolve(dataDir), { recursive: true, mode: 0o700 | passable });
  const root = await realpath(dataDir);
  const { mode } = await stat(root);
  if (made !== undefined) await chmod(root, 0o700 | passable);
  else if ((mode & passable) !== passable) await chmod(root, (mode & 0o7777) | passable);

  const home = join(root, 'postgres');
  await mkdir(home, { recursive: true, mode: 0o700 | passable });
  await chmod(home, 0o700 | passable);
  const pgdata = join(home, 'data');
  const account = await chooseServerAccount(pgdata);
  await mustBelongToServer(pgdata, account);
  const reachable = account === undefined || (await mayReach(account, home));
  if (!reachable && process.platform !== 'linux') {
    throw new KmsError(
      'invalid-setting',
      `The user that PostgreSQL runs as (uid ${account?.uid}) cannot reach ${home}: choose a KEYSTEAD_DATA_DIR outside ` +
        "root's home, or start Keystead as an ordinary user.",
    );
  }
  return { dataDir: root, home, pgdata, account, reachable };
}

/**
 * PGDATA as PostgreSQL is told it, to be used with PGDATA as working directory. Where its user could not walk the path,
 * /proc leads to the directory it was started in.
 */
export function pgdataArgument(layout: ClusterLayout): string {
  return layout.reachable ? layout.pgdata : '/proc/self/cwd';
}

/** Makes a directory that belongs to PostgreSQL's user alone. */
export async function makeServerDirectory(path: string, account: ServerAccount | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account !== undefined) await chown(path, account.uid, account.gid);
  await chmod(path, 0o700);
}

async function mustBelongToServer(pgdata: string, account: ServerAccount | undefined): Promise<void> {
  const found = await stat(pgdata).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const uid = account?.uid ?? process.getuid?.();
  if (found === undefined || found.uid === uid) return;
  throw new KmsError(
    'invalid-setting',
    `The database in ${pgdata} belongs to the user with uid ${found.uid}, and this server would run it as uid ${uid}: ` +
      'start Keystead as the user that made it (or as root), or change the owner of the whole data directory.',
  );
}
