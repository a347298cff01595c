import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error-code.js';

/** PostgreSQL's fast, then immediate shutdown (crash recovery on the next start), then the kernel's. */
const LADDER = [
  { signal: 'SIGINT', patience: 30_000 },
  { signal: 'SIGQUIT', patience: 10_000 },
  { signal: 'SIGKILL', patience: 10_000 },
] as const;

/**
 * Stops a PostgreSQL server, gently first.
 *
 * @param pid     the postmaster's process id
 * @param isAlive asked before each signal and every few milliseconds: a pid that has come to mean another process is dead
 * @returns the last signal that was needed, undefined when it was dead already
 */
export async function endProcess(pid: number, isAlive: () => Promise<boolean>): Promise<NodeJS.Signals | undefined> {
  let last: NodeJS.Signals | undefined;
  for (const { signal, patience } of LADDER) {
    if (!(await isAlive())) return last;
    sendSignal(pid, signal);
    last = signal;
    const end = performance.now() + patience;
    while (performance.now() < end) {
      if (!(await isAlive())) return last;
      await sleep(5);
    }
  }
  return last;
}

/** Sends a signal; a process that is gone already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
