import { DAY } from './duration.js';
import type { DueAction } from './due-action.js';
import type { GovernedKey } from './governed-key.js';
import type { Policy } from './policy.js';

/** A rotation that is this late is told of: nobody does it, or it fails. */
const OVERDUE_MS = DAY;

/**
 * What people shall be told, each once. Of several that were missed, the last says it all.
 * @param end      when the key will be disabled
 * @param wantedAt when the rotation should have been made
 */
export function noticesDue(
  { toldThrough }: GovernedKey,
  { notify }: Policy,
  { end, wantedAt }: { readonly end: number | undefined; readonly wantedAt: number | undefined },
  now: number,
): readonly DueAction[] {
  const notices: DueAction[] = [];
  if (notify && end !== undefined) {
    for (const lead of notify.before) notices.push({ kind: 'tell', rule: 'notify.before', at: end - lead, about: end });
  }
  if (notify && wantedAt !== undefined) {
    notices.push({ kind: 'tell', rule: 'notify.overdue', at: wantedAt + OVERDUE_MS, about: wantedAt });
  }
  const untold = notices.filter(({ at }) => at > toldThrough);
  return untold.filter(
    ({ rule, at }) => at > now || !untold.some((one) => one.rule === rule && one.at > at && one.at <= now),
  );
}
