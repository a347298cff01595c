import { createHash } from 'node:crypto';
import { nextOccurrence } from './cron.js';
import type { DueAction } from './due-action.js';
import type { GovernedKey } from './governed-key.js';
import { LEAST_ROTATION_MS, type RotateRules } from './policy.js';
import { isOpen, whenOpen, windowMinutes } from './window.js';

const MINUTE = 60_000;

/** When the rules want the next version, whoever makes it; undefined: never. */
export function rotationDue(governed: GovernedKey, rules: RotateRules, now: number): DueAction | undefined {
  const counted = countReached(governed, rules, now);
  const raw = wantedAt(governed, rules);
  const timed = raw && { ...raw, at: reachable(raw.at, rules, now) };
  return counted && timed && timed.at < counted.at ? timed : (counted ?? timed);
}

/** By the clock alone, and as if nothing were late. */
export function wantedAt(governed: GovernedKey, rules: RotateRules): DueAction | undefined {
  const { key, versions } = governed;
  const primary = versions[key.primaryVersion - 1];
  if (!primary) return undefined;
  const since = primary.createdAt.getTime();
  const { every, cron, timeZone = 'UTC', window } = rules;
  const byCron = cron === undefined ? undefined : nextOccurrence(cron, since, timeZone);
  const byAge = every === undefined ? undefined : since + every;
  const base = Math.min(byCron ?? Infinity, byAge ?? Infinity);
  if (base === Infinity) return undefined;
  const rule = base === byAge ? 'rotate.every' : 'rotate.cron';
  const opened = (window ? whenOpen(window, base, timeZone) : base) + delayOf(key.id, primary.version, rules);
  return { kind: 'rotate', rule, at: window ? whenOpen(window, opened, timeZone) : opened };
}

/** What was missed is made up for in the next window. */
function reachable(at: number, { window, timeZone = 'UTC' }: RotateRules, now: number): number {
  return window && at < now && !isOpen(window, now, timeZone) ? whenOpen(window, now, timeZone) : at;
}

/** Not before the primary version is an hour old: callers who use a key must not be able to have versions made without end. */
function countReached({ key, versions, usage }: GovernedKey, rules: RotateRules, now: number): DueAction | undefined {
  const { messages = 0, bytes = 0 } = usage.get(key.primaryVersion) ?? {};
  const madeAt = versions[key.primaryVersion - 1]?.createdAt.getTime() ?? now;
  const due = { kind: 'rotate', at: Math.max(now, madeAt + LEAST_ROTATION_MS) } as const;
  if (messages >= (rules.afterMessages ?? Infinity)) return { ...due, rule: 'rotate.afterMessages' };
  if (bytes >= (rules.afterBytes ?? Infinity)) return { ...due, rule: 'rotate.afterBytes' };
  return undefined;
}

/** A part of the spread: the same whoever asks, another for each key and version. Never longer than the window. */
function delayOf(keyId: string, version: number, { spread = 0, window }: RotateRules): number {
  const most = window ? Math.min(spread, windowMinutes(window) * MINUTE) : spread;
  if (most === 0) return 0;
  const hash = createHash('sha256').update(`${keyId}/${version}`).digest();
  return Math.floor((hash.readUIntBE(0, 6) / 2 ** 48) * most);
}
