/** From how many failures on a lane waits, and how long: twice as long after each further one. */
export const LANES = {
  /** Of one name from one address. */
  pair: { free: 5 },
  /** Of one name, from wherever. Does not hold back an address from which the person got in before. */
  name: { free: 20 },
  /** Of one address, whatever the names. */
  source: { free: 50 },
} as const;

export type Lane = keyof typeof LANES;

export const BACKOFF = { firstSeconds: 5, mostSeconds: 900 } as const;
/** After a day without an attempt nothing is remembered, but for where a person got in. */
export const FORGOTTEN_AFTER_SECONDS = 86_400;
export const TRUSTED_FOR_SECONDS = 30 * 86_400;

/** Keyed digests of what the lanes count. */
export type Lanes = Readonly<Record<Lane, Buffer>>;

/**
 * Counts attempts to log in with a password, for all nodes together. An attempt counts as failed from its beginning on, so that
 * many at once are no more guesses than one after the other.
 */
export abstract class LoginAttempts {
  /** @returns seconds to wait before a further attempt is looked at; 0: this one was counted */
  abstract begin(lanes: Lanes, now: Date): Promise<number>;

  /** It was right: nothing of it counts. */
  abstract succeed(lanes: Lanes, now: Date): Promise<void>;
}

/** Until when a lane waits after so many failures. */
export function waitsUntil(lane: Lane, failures: number, lastAt: Date): number {
  const over = failures - LANES[lane].free;
  if (over < 0) return 0;
  const seconds = Math.min(BACKOFF.mostSeconds, BACKOFF.firstSeconds * 2 ** Math.min(over, 20));
  return lastAt.getTime() + seconds * 1000;
}
