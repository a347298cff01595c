import type { KeyRow } from '../keys/records.js';
import { occurrences } from './cron.js';
import { CRYPTO_PERIODS, type CryptoPeriod } from './crypto-periods.js';
import { writeDuration } from './duration.js';
import type { Policy, RotateRules } from './policy.js';
import { windowMinutes } from './window.js';

const CRON_SAMPLES = 64;
const MINUTE = 60_000;
/** What a key that is used now and then reaches within an hour: a message a second. */
const FEW_MESSAGES = 3600;
const FEW_BYTES = 2 ** 20;

/** Where a policy is weaker than is recommended, or does not do what it seems to. */
export interface PolicyWarning {
  /** The rule that it is about. */
  readonly rule: string;
  readonly warning: string;
}

/**
 * @param keys the keys that the policy is for. None: what holds for whatever key is checked against the shortest periods
 * @returns nothing for a policy with which there is nothing wrong
 */
export function lintPolicy(
  policy: Policy,
  keys: readonly Pick<KeyRow, 'usage' | 'origin'>[],
  now: number,
): readonly PolicyWarning[] {
  const usages = [...new Set(keys.map(({ usage }) => usage))];
  const periods =
    usages.length > 0 ? usages.map((usage) => CRYPTO_PERIODS[usage]) : [CRYPTO_PERIODS['encrypt-decrypt']];
  const warnings = [...periods.flatMap((period) => againstPeriod(policy, period, now)), ...againstItself(policy, now)];
  const imported = keys.filter(({ origin }) => origin === 'imported').length;
  if (policy.rotate && imported > 0) {
    const text = `${imported} of the keys hold imported material, which only a person can rotate: with notify they are told of when they are overdue`;
    warnings.push({ rule: 'rotate', warning: text });
  }
  return warnings.filter((one, index) => warnings.findIndex(({ warning }) => warning === one.warning) === index);
}

function againstPeriod(
  { rotate, retire, expire }: Policy,
  period: CryptoPeriod,
  now: number,
): readonly PolicyWarning[] {
  const { originator, recipient, source } = period;
  const says = `NIST SP 800-57 part 1, section 5.3.6, recommends for ${source}`;
  const longest = rotate && longestInterval(rotate);
  const ends = Math.min(expire?.after ?? Infinity, (expire?.at ?? Infinity) - now);
  const warnings: PolicyWarning[] = [];
  if (longest === undefined && ends > originator) {
    const warning = `nothing rotates a key by age; ${says} a new one at least every ${writeDuration(originator)}`;
    warnings.push({ rule: 'rotate', warning });
  } else if (longest !== undefined && longest > originator) {
    const warning = `up to ${writeDuration(longest)} between rotations; ${says} at most ${writeDuration(originator)}`;
    warnings.push({ rule: 'rotate', warning });
  }
  if (recipient !== undefined && retire?.after !== undefined && retire.after > recipient) {
    const warning = `older versions decrypt for ${writeDuration(retire.after)}; ${says} at most ${writeDuration(recipient)} after new work stopped`;
    warnings.push({ rule: 'retire.after', warning });
  }
  return warnings;
}

/** undefined: no rule goes by age. */
function longestInterval({ every, cron, timeZone = 'UTC', spread = 0 }: RotateRules): number | undefined {
  const byCron = cron === undefined ? [] : occurrences(cron, Date.UTC(2024, 0, 1), timeZone, CRON_SAMPLES);
  const gaps = byCron.slice(1).map((moment, index) => moment - (byCron[index] ?? moment));
  const longest = Math.min(every ?? Infinity, gaps.length > 0 ? Math.max(...gaps) : Infinity);
  return longest === Infinity ? undefined : longest + spread;
}

function againstItself(
  { rotate, retire, destroy, notify, expire, unused, revoke }: Policy,
  now: number,
): readonly PolicyWarning[] {
  const warnings: PolicyWarning[] = [];
  const warn = (rule: string, warning: string) => warnings.push({ rule, warning });
  if (rotate?.window && (rotate.spread ?? 0) > windowMinutes(rotate.window) * MINUTE) {
    warn('rotate.spread', 'longer than the window: keys are spread over the window only');
  }
  if (rotate?.spread !== undefined && rotate.every !== undefined && rotate.spread > rotate.every / 2) {
    warn('rotate.spread', 'more than half of the time between rotations');
  }
  const few = [
    ...((rotate?.afterMessages ?? Infinity) < FEW_MESSAGES ? ['rotate.afterMessages'] : []),
    ...((rotate?.afterBytes ?? Infinity) < FEW_BYTES ? ['rotate.afterBytes'] : []),
  ];
  for (const rule of few) warn(rule, 'reached within an hour; rotations by use are at least an hour apart');
  if (destroy && !retire) warn('destroy', 'nothing retires versions, and only retired ones are destroyed');
  if (retire && !rotate)
    warn('retire', 'nothing rotates the key, so that its versions stay primary until a person does');
  if (notify && !rotate && !expire && !unused) warn('notify', 'there is nothing to be told of');
  if (expire?.at !== undefined && expire.at <= now) warn('expire.at', 'is past: enabled keys are disabled at once');
  if (revoke?.campaign && revoke.compromised === 'block') {
    warn('revoke.campaign', 'nobody can move what is under a compromised version, unless compromised is decrypt-only');
  }
  return warnings;
}
