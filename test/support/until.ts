import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a condition; fails when it has not come about after a minute. */
export async function until(condition: () => boolean | Promise<boolean>, everyMs = 10): Promise<void> {
  for (const end = Date.now() + 60_000; !(await condition()); await pause(everyMs)) {
    if (Date.now() > end) throw new Error(`after a minute still not: ${condition.toString()}`);
  }
}
