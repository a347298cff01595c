import type { DueAction } from './due-action.js';
import type { GovernedKey } from './governed-key.js';
import type { Policy } from './policy.js';

/** When the key is disabled, the earliest first. */
export function endsDue(governed: GovernedKey, { expire, unused }: Policy): readonly DueAction[] {
  const { key, usage, since } = governed;
  const made = key.createdAt.getTime();
  const ends: DueAction[] = [];
  if (expire?.at !== undefined) ends.push({ kind: 'disable', rule: 'expire.at', at: expire.at });
  if (expire?.after !== undefined) ends.push({ kind: 'disable', rule: 'expire.after', at: made + expire.after });
  if (unused) {
    const uses = [...usage.values()].map(({ lastUsedAt }) => lastUsedAt);
    const last = Math.max(made, since, key.enabledAt?.getTime() ?? 0, ...uses);
    ends.push({ kind: 'disable', rule: 'unused.after', at: last + unused.after });
  }
  return ends.toSorted((a, b) => a.at - b.at);
}
