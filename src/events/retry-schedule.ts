const SECOND = 1000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

const FIRST = 5 * SECOND;
const FACTOR = 3;
const LONGEST = 12 * HOUR;
/** Of each delay, so that what failed together does not come back together. */
const JITTER = 0.2;

/** A delivery is dead when it has failed so often, or the first failure after so long. */
export const MOST_ATTEMPTS = 15;
export const GIVE_UP_AFTER_MS = 3 * DAY;

/** How long what is over is kept: for whoever looks, and to be sent again. */
export const DELIVERED_KEPT_MS = 7 * DAY;
export const DEAD_KEPT_MS = 30 * DAY;

/**
 * @param attempts how many have failed by now
 * @param random   from 0 to 1
 * @returns when to try again; undefined: never
 */
export function nextAttemptAt(attempts: number, giveUpAt: number, now: number, random: number): number | undefined {
  if (attempts >= MOST_ATTEMPTS || now >= giveUpAt) return undefined;
  const delay = Math.min(LONGEST, FIRST * FACTOR ** (attempts - 1));
  return now + delay * (1 - JITTER + 2 * JITTER * random);
}
