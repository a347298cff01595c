import { inOrder, type DueAction } from './due-action.js';
import { endsDue } from './ends-due.js';
import { isReplica } from '../keys/multi-region.js';
import { rotatesBySelf, type GovernedKey } from './governed-key.js';
import { noticesDue } from './notices-due.js';
import type { Policy } from './policy.js';
import { rotationDue, wantedAt } from './rotation-due.js';
import { destructionsDue, retirementsDue } from './versions-due.js';

/**
 * What the policy makes of a key as it is, the first thing first, as far as it can be foreseen: each of them changes what comes
 * after it. A key that is not enabled is left alone.
 */
export function upcoming(governed: GovernedKey, policy: Policy, now: number): readonly DueAction[] {
  const { key } = governed;
  if (key.state !== 'enabled' && key.state !== 'pre-active') return [];
  const { rotate, retire, destroy } = policy;
  const ends = endsDue(governed, policy);
  const rotation = rotate && rotatesBySelf(governed) ? rotationDue(governed, rotate, now) : undefined;
  const wanted = rotate && !isReplica(key) ? wantedAt(governed, rotate)?.at : undefined;
  const retirements = retire ? retirementsDue(governed, retire) : [];
  const actions = [
    ...(rotation ? [rotation] : []),
    ...retirements,
    ...(destroy ? destructionsDue(governed, destroy) : []),
    ...ends.slice(0, 1),
    ...noticesDue(governed, policy, { end: ends[0]?.at, wantedAt: wanted, retirements }, now),
  ];
  const opens = key.notBefore?.getTime() ?? 0;
  return actions
    .filter(({ at }) => Number.isFinite(at))
    .map((action) => (action.at < opens ? { ...action, at: opens } : action))
    .toSorted(inOrder);
}

/** What is due now, the first thing first. */
export function dueActions(governed: GovernedKey, policy: Policy, now: number): readonly DueAction[] {
  return upcoming(governed, policy, now).filter(({ at }) => at <= now);
}

/** When the key will be rotated; undefined: by no rule that can be foreseen. */
export function nextRotationAt(governed: GovernedKey, policy: Policy, now: number): number | undefined {
  return upcoming(governed, policy, now).find(({ kind }) => kind === 'rotate')?.at;
}
