import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a condition; fails when it has not come about after five minutes. */
export async function until(condition: () => boolean | Promise<boolean>, everyMs = 10): Promise<void> {
  for (const end = Date.now() + 300_000; !(await condition()); await pause(everyMs)) {
    if (Date.now() > end) throw new Error(`after five minutes still not: ${condition.toString()}`);
  }
}
