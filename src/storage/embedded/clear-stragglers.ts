import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendSignal } from './end-process.js';
import { identifyProcess } from './identify-process.js';

/** How long a killed postmaster's processes have to notice it by themselves, in milliseconds. */
const PATIENCE = 1000;

/**
 * Ends the backends that a killed postmaster left at work: one that is busy with a query does not notice, and PostgreSQL
 * rightly does not start while it uses the old shared memory. Call only when no postmaster of this PGDATA runs. Without
 * /proc they are left to PostgreSQL's own check.
 */
export async function clearStragglers(pgdata: string): Promise<void> {
  const patienceEnds = performance.now() + PATIENCE;
  for (;;) {
    const stragglers = await serverProcesses(pgdata);
    if (stragglers.length === 0) return;
    if (performance.now() > patienceEnds) for (const pid of stragglers) sendSignal(pid, 'SIGKILL');
    await sleep(10);
  }
}

async function serverProcesses(pgdata: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isSafeInteger(pid) && pid > 0);
  const identities = await Promise.all(pids.map((pid) => identifyProcess(pid, pgdata)));
  return pids.filter((_, index) => identities[index]?.kind === 'ours');
}
