import { DAY } from './duration.js';
import type { DueAction } from './due-action.js';
import type { GovernedKey } from './governed-key.js';
import type { Policy } from './policy.js';

/** A rotation that is this late is told of: nobody does it, or it fails. */
const OVERDUE_MS = DAY;
/** A version that was used in so long, since it stopped being primary, is still being used. */
const RECENT_MS = 30 * DAY;

/** What people shall be told of beforehand, or when it is late. */
export interface Foreseen {
  /** When the key will be disabled. */
  readonly end: number | undefined;
  /** When the rotation should have been made. */
  readonly wantedAt: number | undefined;
  readonly retirements: readonly DueAction[];
}

/** What people shall be told, each once. Of several notices of one thing that were missed, the last says it all. */
export function noticesDue(
  governed: GovernedKey,
  { notify }: Policy,
  { end, wantedAt, retirements }: Foreseen,
  now: number,
): readonly DueAction[] {
  if (!notify) return [];
  const notices: DueAction[] = [];
  for (const lead of notify.before) {
    if (end !== undefined) notices.push({ kind: 'tell', rule: 'notify.before', at: end - lead, about: end });
    for (const { version = 0, at: about } of retirements) {
      const at = about - lead;
      if (at > now || isInUse(governed, version, now)) {
        notices.push({ kind: 'tell', rule: 'notify.retirement', at, about, version });
      }
    }
  }
  if (wantedAt !== undefined) {
    notices.push({ kind: 'tell', rule: 'notify.overdue', at: wantedAt + OVERDUE_MS, about: wantedAt });
  }
  const untold = notices.filter(({ at }) => at > governed.toldThrough);
  return untold.filter(
    (one) => one.at > now || !untold.some((later) => isOfSame(later, one) && later.at > one.at && later.at <= now),
  );
}

function isInUse({ versions, usage }: GovernedKey, version: number, now: number): boolean {
  const stopped = versions[version - 1]?.changedAt.getTime() ?? 0;
  return (usage.get(version)?.lastUsedAt ?? 0) > Math.max(stopped, now - RECENT_MS);
}

function isOfSame(a: DueAction, b: DueAction): boolean {
  return a.rule === b.rule && a.version === b.version;
}
