import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Kills the postmaster of a data directory and all its children, at once and without any warning. */
export function killPostgres(dataDir: string): Promise<number> {
  return signalPostgres(dataDir, 'SIGKILL');
}

/**
 * Sends a signal to the postmaster of a data directory and to all its children.
 * @returns how many processes that were
 */
export async function signalPostgres(dataDir: string, signal: NodeJS.Signals): Promise<number> {
  const pidFile = await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8');
  const postmaster = Number(pidFile.split('\n')[0]);
  const processes = [postmaster, ...(await childrenOf(postmaster))];
  for (const pid of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // A backend that ended by itself meanwhile.
    }
  }
  return processes.length;
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  // proc(5): the parent is the second field after the name in parentheses.
  return pids.map(Number).filter((_, index) => Number(stats[index]?.split(') ').at(-1)?.split(' ')[1]) === parent);
}
