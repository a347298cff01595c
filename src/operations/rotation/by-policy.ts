import type { OperationName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import { keyStateAt, nextKeyState } from '../../keys/key-states.js';
import type { KeySnapshot, VersionRow } from '../../keys/records.js';
import { nextVersionState } from '../../keys/version-states.js';
import type { Change } from '../../ledger/ledger.js';
import { applyAction } from '../../rotation/apply-action.js';
import { isSameAction, type ActionKind, type DueAction } from '../../rotation/due-action.js';
import { writeSource } from '../../rotation/resolve-policy.js';
import { dueActions } from '../../rotation/upcoming.js';
import { destroyedVersion } from '../keys/destroy-key.js';
import type { KeyInput } from '../keys/get-key.js';
import { nextVersion, putNextVersion } from '../keys/next-version.js';
import { currentKey } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { candidatesFor, governedBy, nextLookAt, policyOf, policyRowsIn } from '../policies/policy-in-force.js';
import { resolveGovernedKey, type ResolvedGovernedKey } from '../policies/resolve-governed-key.js';
import { subjectOfKey } from '../resolve-key.js';
import { mustHaveVersion } from '../versions/change-version-state.js';

const NAMES = {
  rotate: 'key.rotate',
  retire: 'version.retire',
  destroy: 'version.destroy',
  disable: 'key.disable',
  tell: 'policy.notify',
} as const satisfies Readonly<Record<ActionKind, OperationName>>;

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
 * The first thing that a policy wants of a key now, if it is of this kind: by the service itself. It is decided again inside
 * the change, on the key as it is then; so of two nodes one does it, and when the key is looked at next is part of the change.
 * @returns whether there was such a thing
 */
function byPolicy(kind: ActionKind): ChangeOperation<KeyInput, ResolvedGovernedKey, boolean> {
  const name = NAMES[kind];
  return {
    name,
    resolve: resolveGovernedKey(name),

    async run(deps, resolved, _input, commit) {
      const { snapshot, uses, toldThrough } = resolved;
      const decidedAt = deps.engineClock.now();
      const action = firstDue(resolved, decidedAt)?.action;
      if (action?.kind !== kind) return false;
      const next = kind === 'rotate' ? await nextVersion(deps, snapshot) : undefined;
      const now = next?.createdAt.getTime() ?? decidedAt;
      return commit([snapshot.key.keyringId], async (change) => {
        const current = await currentKey(change, snapshot);
        const rows = await policyRowsIn(change, current.key);
        const due = firstDue({ snapshot: current, rows, uses, toldThrough }, now);
        if (!due || !isSameAction(due.action, action)) {
          throw new KmsError('conflict', 'the key or its policy changed meanwhile; try again');
        }
        if (kind === 'rotate') putRotated(change, current, next, now);
        else PUTS[kind](change, current, due.action, now);
        const after = applyAction(due.governed, due.action, now);
        change.putNextLook(nextLookAt(current.key, after, due.policy, now));
        const version = kind === 'rotate' ? next?.version : action.version;
        return { output: true, subject: subjectOfKey(current, version), detail: detailOf(due, current) };
      });
    },
  };
}

/** By the kind of what they do. */
export const BY_POLICY: Readonly<Record<ActionKind, ReturnType<typeof byPolicy>>> = {
  rotate: byPolicy('rotate'),
  retire: byPolicy('retire'),
  destroy: byPolicy('destroy'),
  disable: byPolicy('disable'),
  tell: byPolicy('tell'),
};

function putRotated(
  change: Change,
  current: KeySnapshot,
  next: Omit<VersionRow, 'revision'> | undefined,
  now: number,
): void {
  if (!next) throw new KmsError('internal-error', 'a rotation without a new version');
  const state = nextKeyState(keyStateAt(current.key, now), 'rotate');
  putNextVersion(change, { ...current, key: { ...current.key, state } }, next);
}

type Judged = Pick<ResolvedGovernedKey, 'snapshot' | 'rows' | 'uses' | 'toldThrough'>;

/** What the policy in force wants first; undefined: nothing now. */
function firstDue({ snapshot, rows, uses, toldThrough }: Judged, now: number) {
  const [held] = candidatesFor(snapshot.key, rows);
  if (!held) return undefined;
  const policy = policyOf(held.policy.document);
  const governed = governedBy(snapshot, held.policy, uses, toldThrough);
  const [action] = dueActions(governed, policy, now);
  return action && { action, governed, policy, source: writeSource(held.source) };
}

/** The policy and the rule of it that caused this. */
function detailOf({ action, source }: NonNullable<ReturnType<typeof firstDue>>, { key }: KeySnapshot) {
  const { rule, at, kind, about } = action;
  return {
    policy: source,
    rule,
    dueAt: new Date(at).toISOString(),
    ...(kind === 'rotate' && { from: key.primaryVersion }),
    ...(about !== undefined && { about: new Date(about).toISOString() }),
  };
}
