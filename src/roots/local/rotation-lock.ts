import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KmsError } from '../../errors.js';
import { fileFailure, systemCode } from './file-failure.js';
import { removeIfThere } from './remove-if-there.js';
import { NEW } from './write-root-key-file.js';

const FREE = 'free\n';
const POLL_MS = 20;

interface Lock {
  /** 0: there has never been one. */
  readonly generation: number;
  /** `<host> <pid> <since>`, or `free`. */
  readonly holder: string;
}

/**
 * Runs `work` while no other process on this directory rotates.
 *
 * The lock is the file `<path>.lock.<generation>` of the highest generation; its text says who holds it or that it is
 * free. It is taken by making the next generation, which only one can, and given back by writing `free`; both are whole
 * or not there, whenever the process is killed. The highest generation is never removed, so that a slow process cannot
 * take a number a second time. The lock of a process that died on this host is passed over; any other stays, and the
 * refusal says which file to delete.
 * @throws KmsError conflict when it is still held after `waitMs`
 */
export async function whileRotating<T>(path: string, work: () => Promise<T>, waitMs = 10_000): Promise<T> {
  let mine: string;
  try {
    mine = await take(path, performance.now() + waitMs);
  } catch (error) {
    throw fileFailure('root-unavailable', path, error);
  }
  try {
    return await work();
  } finally {
    await giveBack(path, mine).catch((error: unknown) => {
      throw fileFailure('root-unavailable', mine, error);
    });
  }
}

async function take(path: string, deadline: number): Promise<string> {
  for (;;) {
    const { generation, holder } = await newestLock(path);
    if (holder === FREE || diedHere(holder)) {
      const mine = lockPath(path, generation + 1);
      if (await makeLock(path, mine)) {
        const generations = await generationsOf(path);
        const older = generations.filter((other) => other <= generation);
        if (older.length === generations.length - 1) {
          for (const other of older) await removeIfThere(lockPath(path, other));
          return mine;
        }
        await removeIfThere(mine);
      }
    } else if (performance.now() > deadline) {
      const lock = lockPath(path, generation);
      throw new KmsError(
        'conflict',
        `Another process rotates the root key (${holder.trim() || 'unknown'}). Wait for it; if it is gone, delete ${lock}`,
      );
    } else {
      await sleep(POLL_MS);
    }
  }
}

async function newestLock(path: string): Promise<Lock> {
  for (;;) {
    const generation = Math.max(0, ...(await generationsOf(path)));
    if (generation === 0) return { generation, holder: FREE };
    try {
      return { generation, holder: await readFile(lockPath(path, generation), 'utf8') };
    } catch (error) {
      // Gone since it was listed: a newer one is there.
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

async function generationsOf(path: string): Promise<number[]> {
  const prefix = basename(lockPath(path, 0)).slice(0, -1);
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix));
  return names.map((name) => Number(name.slice(prefix.length))).filter((number) => Number.isSafeInteger(number));
}

function lockPath(path: string, generation: number): string {
  return join(dirname(path), `${basename(path)}.lock.${generation}`);
}

async function makeLock(path: string, lock: string): Promise<boolean> {
  const draft = await writeDraft(path, `${hostname()} ${process.pid} ${new Date().toISOString()}\n`);
  try {
    await link(draft, lock);
    return true;
  } catch (error) {
    // Another made it first, and may have removed the draft since.
    if (['EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) return false;
    throw error;
  } finally {
    await removeIfThere(draft);
  }
}

async function giveBack(path: string, lock: string): Promise<void> {
  await rename(await writeDraft(path, FREE), lock);
}

/** A draft that a killed process leaves behind is removed with those of the root key, by who rotates next. */
async function writeDraft(path: string, text: string): Promise<string> {
  const draft = `${path}${NEW}${randomBytes(8).toString('hex')}`;
  await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
  return draft;
}

/** True only if the holder was a process of this host that is no more. */
function diedHere(holder: string): boolean {
  const [host, pid, since] = holder.trimEnd().split(' ');
  if (host !== hostname() || pid === undefined || since === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}
