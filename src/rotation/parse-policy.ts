import { KmsError } from '../errors.js';
import { parseByteSize } from './byte-size.js';
import { occurrences } from './cron.js';
import { DAY, HOUR, parseDuration } from './duration.js';
import {
  LEAST_ROTATION_MS,
  type DestroyRule,
  type ExpireRules,
  type Policy,
  type RetireRules,
  type RevokeRule,
  type RotateRules,
} from './policy.js';
import { DAYS, type Day, type Window } from './window.js';

const MAX_MS = 36_525 * DAY;
const MAX_NOTICES = 10;
const CRON_SAMPLES = 32;

type Fields = Readonly<Record<string, unknown>>;

/** Reads a policy in the words of the guide. @throws KmsError invalid-request: where, what is wrong, what to write */
export function parsePolicy(document: unknown): Policy {
  const fields = sectionOf(document, 'policy', ['rotate', 'retire', 'destroy', 'expire', 'unused', 'notify', 'revoke']);
  const { rotate, retire, destroy, expire, unused, notify, revoke } = fields;
  return {
    ...(rotate !== undefined && { rotate: rotateRules(rotate) }),
    ...(retire !== undefined && { retire: retireRules(retire) }),
    ...(destroy !== undefined && { destroy: destroyRule(destroy) }),
    ...(expire !== undefined && { expire: expireRules(expire) }),
    ...(unused !== undefined && { unused: unusedRule(unused) }),
    ...(notify !== undefined && { notify: notifyRule(notify) }),
    ...(revoke !== undefined && { revoke: revokeRule(revoke) }),
  };
}

function rotateRules(given: unknown): RotateRules {
  const at = 'policy.rotate';
  const names = ['every', 'cron', 'timeZone', 'afterMessages', 'afterBytes', 'window', 'spread'];
  const { every, cron, timeZone, afterMessages, afterBytes, window, spread } = sectionOf(given, at, names);
  mustHaveOneOf(at, { every, cron, afterMessages, afterBytes });
  if (timeZone !== undefined && cron === undefined && window === undefined) {
    throw wrong(`${at}.timeZone`, 'says nothing without cron or window');
  }
  const zone = timeZone === undefined ? undefined : timeZoneOf(timeZone, `${at}.timeZone`);
  return {
    ...(every !== undefined && { every: durationOf(every, `${at}.every`, LEAST_ROTATION_MS) }),
    ...(cron !== undefined && { cron: cronOf(cron, `${at}.cron`, zone ?? 'UTC') }),
    ...(zone !== undefined && { timeZone: zone }),
    ...(afterMessages !== undefined && { afterMessages: wholeOf(afterMessages, `${at}.afterMessages`, 1) }),
    ...(afterBytes !== undefined && { afterBytes: sizeOf(afterBytes, `${at}.afterBytes`) }),
    ...(window !== undefined && { window: windowOf(window, `${at}.window`) }),
    ...(spread !== undefined && { spread: durationOf(spread, `${at}.spread`) }),
  };
}

function retireRules(given: unknown): RetireRules {
  const at = 'policy.retire';
  const { after, unused } = sectionOf(given, at, ['after', 'unused']);
  mustHaveOneOf(at, { after, unused });
  return {
    ...(after !== undefined && { after: durationOf(after, `${at}.after`) }),
    ...(unused !== undefined && { unused: durationOf(unused, `${at}.unused`) }),
  };
}

function destroyRule(given: unknown): DestroyRule {
  const at = 'policy.destroy';
  const { after, keepVersions = 1 } = sectionOf(given, at, ['after', 'keepVersions']);
  mustHaveOneOf(at, { after });
  return {
    after: durationOf(after, `${at}.after`),
    keepVersions: wholeOf(keepVersions, `${at}.keepVersions`, 1),
  };
}

function expireRules(given: unknown): ExpireRules {
  const at = 'policy.expire';
  const { at: moment, after } = sectionOf(given, at, ['at', 'after']);
  mustHaveOneOf(at, { at: moment, after });
  return {
    ...(moment !== undefined && { at: momentOf(moment, `${at}.at`) }),
    ...(after !== undefined && { after: durationOf(after, `${at}.after`) }),
  };
}

function unusedRule(given: unknown): { readonly after: number } {
  const { after } = sectionOf(given, 'policy.unused', ['after']);
  mustHaveOneOf('policy.unused', { after });
  return { after: durationOf(after, 'policy.unused.after') };
}

function notifyRule(given: unknown): { readonly before: readonly number[] } {
  const at = 'policy.notify';
  const { before } = sectionOf(given, at, ['before']);
  mustHaveOneOf(at, { before });
  const leads = listOf(before, `${at}.before`, MAX_NOTICES).map((lead, i) => durationOf(lead, `${at}.before[${i}]`));
  return { before: [...new Set(leads)].toSorted((a, b) => b - a) };
}

function revokeRule(given: unknown): RevokeRule {
  const at = 'policy.revoke';
  const fields = sectionOf(given, at, ['compromised', 'campaign']);
  mustHaveOneOf(at, { compromised: fields['compromised'], campaign: fields['campaign'] });
  const { compromised = 'block', campaign } = fields;
  if (compromised !== 'block' && compromised !== 'decrypt-only') {
    throw wrong(`${at}.compromised`, 'block or decrypt-only');
  }
  if (campaign !== undefined && typeof campaign !== 'boolean') throw wrong(`${at}.campaign`, 'true or false');
  return { compromised, ...(campaign !== undefined && { campaign }) };
}

function windowOf(given: unknown, at: string): Window {
  const { days = DAYS, from, to } = sectionOf(given, at, ['days', 'from', 'to']);
  const named = listOf(days, `${at}.days`, DAYS.length).map((day) => {
    const known = DAYS.find((name) => name === day);
    if (!known) throw wrong(`${at}.days`, `of ${DAYS.join(', ')}`);
    return known;
  });
  const window = { days: [...new Set<Day>(named)], from: minuteOf(from, `${at}.from`), to: minuteOf(to, `${at}.to`) };
  if (window.from === window.to) throw wrong(at, 'from and to are the same: leave the window out for the whole day');
  return window;
}

function minuteOf(given: unknown, at: string): number {
  const found = typeof given === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(given) : null;
  if (!found) throw wrong(at, 'a time of day such as "02:00"');
  return Number(found[1]) * 60 + Number(found[2]);
}

function durationOf(given: unknown, at: string, least = 60_000): number {
  const ms = typeof given === 'string' ? parseDuration(given) : undefined;
  if (ms === undefined) throw wrong(at, 'a duration such as "90d", "12h", or in ISO 8601 "P90D"');
  if (ms < least || ms > MAX_MS) throw wrong(at, `from ${least === HOUR ? '1h' : '1m'} to 100 years`);
  return ms;
}

function sizeOf(given: unknown, at: string): number {
  const bytes = parseByteSize(typeof given === 'number' ? String(given) : typeof given === 'string' ? given : '');
  if (bytes === undefined || bytes === 0) throw wrong(at, 'a size such as "1TiB" or 1000000, below 8 PiB');
  return bytes;
}

function wholeOf(given: unknown, at: string, least: number): number {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= least) return given;
  throw wrong(at, `a whole number from ${least} on`);
}

function momentOf(given: unknown, at: string): number {
  const isTime =
    typeof given === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(given);
  const ms = isTime ? Date.parse(given) : NaN;
  if (Number.isNaN(ms)) throw wrong(at, 'a time in ISO 8601 with an offset, such as "2030-01-31T12:00:00Z"');
  return ms;
}

function timeZoneOf(given: unknown, at: string): string {
  try {
    if (typeof given === 'string') return new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone;
  } catch {
    // said below
  }
  throw wrong(at, 'an IANA time zone such as "Europe/Berlin"');
}

function cronOf(given: unknown, at: string, timeZone: string): string {
  const example = 'five fields (minute hour day month weekday) such as "0 3 1 * *"';
  if (typeof given !== 'string' || given.length > 256) throw wrong(at, example);
  const moments = occurrencesOf(given, timeZone);
  if (!moments) throw wrong(at, example);
  if (moments.length === 0) throw wrong(at, 'names no moment that ever comes');
  if (moments.some((moment, index) => moment - (moments[index - 1] ?? -Infinity) < LEAST_ROTATION_MS)) {
    throw wrong(at, 'at most once an hour');
  }
  return given;
}

function occurrencesOf(expression: string, timeZone: string): readonly number[] | undefined {
  try {
    return occurrences(expression, Date.UTC(2024, 0, 1), timeZone, CRON_SAMPLES);
  } catch {
    return undefined;
  }
}

function sectionOf(given: unknown, at: string, names: readonly string[]): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrong(at, `an object with some of: ${names.join(', ')}`);
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw wrong(at, `has no field ${JSON.stringify(unknown.slice(0, 64))}; it has ${names.join(', ')}`);
  }
  return given as Fields;
}

function listOf(given: unknown, at: string, most: number): readonly unknown[] {
  if (Array.isArray(given) && given.length > 0 && given.length <= most) return given as readonly unknown[];
  throw wrong(at, `a list of 1 to ${most}`);
}

function mustHaveOneOf(at: string, fields: Fields): void {
  if (Object.values(fields).some((value) => value !== undefined)) return;
  throw wrong(at, `give ${Object.keys(fields).join(', or ')}`);
}

function wrong(at: string, what: string): KmsError {
  return new KmsError('invalid-request', `${at}: ${what}`);
}
