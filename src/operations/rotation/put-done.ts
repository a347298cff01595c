import { KmsError } from '../../errors.js';
import { keyStateAt, nextKeyState } from '../../keys/key-states.js';
import type { KeySnapshot } from '../../keys/records.js';
import { nextVersionState } from '../../keys/version-states.js';
import type { Change } from '../../ledger/ledger.js';
import { applyAction } from '../../rotation/apply-action.js';
import type { ActionKind, DueAction } from '../../rotation/due-action.js';
import { destroyedVersion } from '../keys/destroy-key.js';
import { putNextVersion, type NextVersion } from '../keys/next-version.js';
import { nextLookAt } from '../policies/policy-in-force.js';
import { subjectOfKey } from '../resolve-key.js';
import { mustHaveVersion } from '../versions/change-version-state.js';
import type { Judged, Look } from './look.js';

/** Puts what an action makes of a key. */
type Put = (change: Change, current: KeySnapshot, action: DueAction, now: number) => void;

const PUTS: Readonly<Record<Exclude<ActionKind, 'rotate'>, Put>> = {
  retire: (change, current, { version = 0 }, now) => {
    const row = mustHaveVersion(current, version);
    const state = nextVersionState(row.state, 'retire', version === current.key.primaryVersion);
    change.putKey(current.key, [{ ...row, state, changedAt: new Date(now) }]);
  },
  destroy: (change, current, { version = 0 }, now) => {
    const row = mustHaveVersion(current, version);
    nextVersionState(row.state, 'destroy', version === current.key.primaryVersion);
    change.putKey(current.key, [destroyedVersion(row, now)]);
  },
  disable: (change, { key }, _action, now) => {
    change.putKey({ ...key, state: nextKeyState(keyStateAt(key, now), 'disable') }, []);
  },
  tell: () => undefined,
};

/**
 * Puts what the action makes of a key, and when it is looked at next.
 * @param next the new version, for a rotation
 * @returns what its record says: the policy and the rule of it that caused this, too
 */
export async function putDone(
  change: Change,
  { snapshot }: Look,
  { governed, policy, source }: Judged,
  action: DueAction,
  next: NextVersion | undefined,
  now: number,
) {
  const { kind, rule, at, about } = action;
  if (kind === 'rotate') await putRotated(change, snapshot, next, now);
  else PUTS[kind](change, snapshot, action, now);
  change.putNextLook(nextLookAt(snapshot.key, applyAction(governed, action, now), policy, now));
  return {
    subject: { ...subjectOfKey(snapshot, next?.row.version ?? action.version), key: snapshot.key.id },
    detail: {
      policy: source,
      rule,
      dueAt: new Date(at).toISOString(),
      ...(kind === 'rotate' && { from: snapshot.key.primaryVersion }),
      ...(about !== undefined && { about: new Date(about).toISOString() }),
    },
  };
}

async function putRotated(
  change: Change,
  { key, versions }: KeySnapshot,
  next: NextVersion | undefined,
  now: number,
): Promise<void> {
  if (!next) throw new KmsError('internal-error', 'a rotation without a new version');
  const state = nextKeyState(keyStateAt(key, now), 'rotate');
  await putNextVersion(change, { key: { ...key, state }, versions }, next);
}
