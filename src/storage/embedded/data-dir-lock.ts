import { randomBytes } from 'node:crypto';
import { link, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KmsError } from '../../errors.js';
import { errorCode } from './error-code.js';
import { withShortPath } from './short-path.js';

export interface DataDirLock {
  /** Lets the next server in. The lock also ends, whatever happens, with the process that holds it. */
  readonly release: () => void;
}

const NAME = /^server\.lock\.(\d+)$/;

/**
 * At most one server uses a data directory. The lock is a listening unix socket `server.lock.<generation>`: the kernel,
 * not a process id, says whether its holder lives, in other containers on the same host too. A dead generation is
 * followed by the next, made by link(2), so that of two servers that find it dead only one can take over; the newest
 * is never removed, so the numbers only rise.
 *
 * @param directory exists and may be written
 * @throws KmsError conflict when another server holds it
 */
export async function lockDataDir(directory: string): Promise<DataDirLock> {
  return withShortPath(directory, async (short) => {
    const draft = `.lock.${randomBytes(6).toString('hex')}`;
    const server = await listen(join(short, draft));
    try {
      await claim(directory, short, draft);
    } catch (error) {
      server.close();
      throw error;
    } finally {
      await rm(join(directory, draft), { force: true });
    }
    return { release: () => void server.close() };
  });
}

/** Whether a server has the directory now. */
export async function isDataDirLocked(directory: string): Promise<boolean> {
  const newest = (await generations(directory)).at(-1);
  if (newest === undefined) return false;
  return withShortPath(
    directory,
    async (short) => (await askHolder(join(short, `server.lock.${newest}`))) !== undefined,
  );
}

async function claim(directory: string, short: string, draft: string): Promise<void> {
  for (;;) {
    const newest = (await generations(directory)).at(-1) ?? 0;
    const holder = newest === 0 ? undefined : await askHolder(join(short, `server.lock.${newest}`));
    if (holder !== undefined) {
      throw new KmsError(
        'conflict',
        `Another Keystead server (${holder}) uses the data directory ${directory}: stop it first, or give this one ` +
          'another KEYSTEAD_DATA_DIR.',
      );
    }
    const mine = join(directory, `server.lock.${newest + 1}`);
    try {
      await link(join(directory, draft), mine);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      throw error;
    }
    const all = await generations(directory);
    if (all.at(-1) === newest + 1) {
      await Promise.all(all.slice(0, -1).map((dead) => rm(join(directory, `server.lock.${dead}`), { force: true })));
      return;
    }
    await rm(mine, { force: true });
  }
}

async function generations(directory: string): Promise<number[]> {
  const numbers = (await readdir(directory)).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
  return numbers.filter((number) => number > 0).toSorted((a, b) => a - b);
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(`process ${process.pid} on ${hostname()}`);
    });
    server.once('error', (cause) =>
      reject(
        new KmsError(
          'invalid-setting',
          'The data directory must lie on a local file system that can hold unix sockets: choose another ' +
            'KEYSTEAD_DATA_DIR, or set KEYSTEAD_DATABASE_URL.',
          cause,
        ),
      ),
    );
    server.listen(path, () => resolve(server.unref()));
  });
}

/** @returns who holds the lock, or undefined when nobody listens any more */
function askHolder(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(path);
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const dead = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      resolve(dead ? undefined : `which does not say who it is: ${error.code}`);
    });
    socket.once('close', () => resolve(answer || 'which is busy'));
  });
}
