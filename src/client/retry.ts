import { setTimeout as sleep } from 'node:timers/promises';

/** A server that wants us to wait longer than this is not waited for: the caller hears of it instead. */
export const LONGEST_WAIT_MS = 60_000;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * Exponential backoff with full jitter: anything from 0 to `baseMs` · 2^attempt, so that clients that failed together do not come back together.
 * @param attempt 0 for the first retry
 */
export function backoffMs(attempt: number, baseMs: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_BACKOFF_MS, baseMs * 2 ** attempt);
}

/**
 * Reads `Retry-After` (RFC 9110 10.2.3): seconds or an HTTP date.
 * @returns milliseconds from now, never negative; undefined if the header is absent or unreadable
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Waits, unless `signal` ends it. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal });
}
