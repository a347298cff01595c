import { readdir, readFile } from 'node:fs/promises';
import type { ProcessGroup } from './targets/target.js';

/** USER_HZ of Linux: /proc counts in hundredths of a second. */
const TICK_US = 10_000;

interface Times {
  readonly pid: number;
  readonly parent: number;
  readonly own: number;
  /** Of children that have ended. */
  readonly ended: number;
}

/** CPU time that a group of processes has used so far, in µs; 0 where there is no /proc. */
export async function cpuTimeOf({ pid, withChildren }: ProcessGroup): Promise<number> {
  const leader = await timesOf(pid);
  if (!withChildren) return leader?.own ?? 0;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map((name) => timesOf(Number(name))));
  // A child that ended while they were counted is in none of the sums.
  if ((await timesOf(pid))?.ended !== leader?.ended) return cpuTimeOf({ pid, withChildren });
  const children = all.filter((times) => times?.parent === pid);
  return children.reduce((total, times) => total + (times?.own ?? 0), (leader?.own ?? 0) + (leader?.ended ?? 0));
}

/** proc(5): after the name in parentheses come state, ppid …; utime to cstime are fields 14 to 17. */
async function timesOf(pid: number): Promise<Times | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (!fields) return undefined;
  const field = (number: number) => fields[number - 3] ?? 0;
  return {
    pid,
    parent: field(4),
    own: (field(14) + field(15)) * TICK_US,
    ended: (field(16) + field(17)) * TICK_US,
  };
}
