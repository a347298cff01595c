import type { KeySnapshot } from '../../keys/records.js';
import { lintPolicy, type PolicyWarning } from '../../rotation/lint-policy.js';
import type { ActionKind, RuleName } from '../../rotation/due-action.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import { writeSource } from '../../rotation/resolve-policy.js';
import { upcoming } from '../../rotation/upcoming.js';
import { candidatesFor, governedBy, policyOf } from './policy-in-force.js';
import type { ResolvedGovernedKey } from './resolve-governed-key.js';

/** A policy that holds, or could hold, for a key. */
export interface SourcedPolicy {
  /** `key`, `selector/<name>` or `keyring`. */
  readonly source: string;
  readonly policy: PolicyDocument;
  readonly setAt: Date;
}

export interface UpcomingAction {
  readonly action: ActionKind;
  readonly rule: RuleName;
  readonly at: Date;
  readonly version: number | null;
}

/** The policy of a key as every answer shows it. */
export interface KeyPolicyDescription {
  readonly keyId: string;
  /** The one that holds, as a whole. */
  readonly inForce: SourcedPolicy | null;
  /** All that match the key, the one that holds first. */
  readonly candidates: readonly SourcedPolicy[];
  readonly nextRotationAt: Date | null;
  /** What it will do to the key, as far as that can be foreseen, the first thing first. */
  readonly upcoming: readonly UpcomingAction[];
  readonly warnings: readonly PolicyWarning[];
}

export function describeKeyPolicy(
  { snapshot, rows, uses, toldThrough }: Pick<ResolvedGovernedKey, 'snapshot' | 'rows' | 'uses' | 'toldThrough'>,
  now: number,
): KeyPolicyDescription {
  const { key } = snapshot;
  const candidates = candidatesFor(key, rows).map(({ source, policy }) => ({
    source: writeSource(source),
    policy: policy.document,
    setAt: new Date(policy.setAt),
  }));
  const [held] = candidates;
  const actions = held ? actionsOn(snapshot, held, { uses, toldThrough }, now) : [];
  return {
    keyId: key.id,
    inForce: held ?? null,
    candidates,
    nextRotationAt: actions.find(({ action }) => action === 'rotate')?.at ?? null,
    upcoming: actions,
    warnings: held ? lintPolicy(policyOf(held.policy), [key], now) : [],
  };
}

function actionsOn(
  snapshot: KeySnapshot,
  { policy, setAt }: SourcedPolicy,
  { uses, toldThrough }: Pick<ResolvedGovernedKey, 'uses' | 'toldThrough'>,
  now: number,
): readonly UpcomingAction[] {
  const governed = governedBy(snapshot, { document: policy, setAt: setAt.getTime() }, uses, toldThrough);
  const actions = upcoming(governed, policyOf(policy), now);
  const rotatedAt = actions.find(({ kind }) => kind === 'rotate')?.at ?? Infinity;
  // Of a rotation that will be made in time nobody will be told that it is late.
  const foreseen = actions.filter(({ rule, at }) => rule !== 'notify.overdue' || at <= rotatedAt);
  return foreseen.map(({ kind, rule, at, version = null }) => ({
    action: kind,
    rule,
    at: new Date(at),
    version,
  }));
}
