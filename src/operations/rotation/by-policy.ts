import type { OperationName } from '../../access/permissions.js';
import { isKmsError, KmsError } from '../../errors.js';
import { keyringsOf } from '../../keys/multi-region.js';
import { isSameAction, type ActionKind, type DueAction } from '../../rotation/due-action.js';
import { nextVersion, recordsOfCopies, type NextVersion } from '../keys/next-version.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { Answer, ChangeOperation, Resolved, Subject } from '../operation.js';
import { findKeyring, needOnKey } from '../resolve-key.js';
import { judge, type Look } from './look.js';
import { putDone } from './put-done.js';

const NAMES = {
  rotate: 'key.rotate',
  retire: 'version.retire',
  destroy: 'version.destroy',
  disable: 'key.disable',
  tell: 'policy.notify',
} as const satisfies Readonly<Record<ActionKind, OperationName>>;

/** New material may be slow to make: what is not made by then is done another time. */
const MAKING_MS = 1000;

export interface LooksInput {
  /** Id. */
  readonly keyring: string;
  readonly looks: readonly Look[];
}

/** What is to be done to a key. */
interface Plan {
  readonly look: Look;
  readonly action: DueAction;
  /** Made before the change, where it is a rotation. */
  readonly next: NextVersion | undefined;
}

/**
 * The first thing that a policy wants of keys now, if it is of this kind: by the service itself, to all of them in one change
 * with a record for each. It is decided again inside the change, on the keys as they are then; so of two nodes one does it,
 * and when a key is looked at next is part of the change. Of several keys, one that is not as it was looked at is left out.
 * @returns the ids of those to which it was done
 */
function byPolicy(kind: ActionKind): ChangeOperation<LooksInput, Resolved, ReadonlySet<string>> {
  const name = NAMES[kind];
  return {
    name,

    async resolve(deps, { keyring, looks }, arrival) {
      const { id } = await findKeyring(deps, keyring, name, arrival);
      const needs = looks.map(({ snapshot }) => needOnKey(name, snapshot));
      return { needs, subject: subjectOf(id, looks), scopes: [id], basis: looks };
    },

    async run(deps, _resolved, { keyring, looks }, commit) {
      const decidedAt = deps.engineClock.now();
      const begun = performance.now();
      const plans: Plan[] = [];
      for (const look of looks) {
        const action = judge(look, decidedAt)?.action;
        if (action?.kind !== kind) continue;
        plans.push({
          look,
          action,
          next: kind === 'rotate' ? await nextVersion(deps, look.snapshot, 'policy') : undefined,
        });
        if (performance.now() - begun > MAKING_MS) break;
      }
      if (plans.length === 0) return new Set<string>();
      const keyrings = plans.flatMap(({ look, next }) => (next ? keyringsOf(look.snapshot.key) : []));
      return commit([...new Set([keyring, ...keyrings])], async (change) => {
        mustBeLive(change, keyring);
        const keyIds = plans.map(({ look }) => look.snapshot.key.id);
        const found = await change.findGoverned(keyring, keyIds);
        const done = new Set<string>();
        const records: Pick<Answer<ReadonlySet<string>>, 'subject' | 'detail'>[] = [];
        for (const [index, { look, action, next }] of plans.entries()) {
          const rows = found.get(keyIds[index] ?? '');
          if (isKmsError(rows) && looks.length === 1) throw rows;
          const now = next?.row.createdAt.getTime() ?? decidedAt;
          const current = rows && !isKmsError(rows) ? { ...look, ...rows } : undefined;
          const judged = current && judge(current, now);
          if (judged && isSameAction(judged.action, action)) {
            const { key } = current.snapshot;
            records.push(await putDone(change, current, judged, action, next, now));
            if (next) records.push(...recordsOfCopies(key, next));
            done.add(key.id);
          } else if (looks.length === 1) {
            throw new KmsError('conflict', 'the key or its policy changed meanwhile; try again');
          }
        }
        return { output: done, records };
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

function subjectOf(keyring: string, looks: readonly Look[]): Subject {
  const [first] = looks;
  if (looks.length > 1 || !first) return { resource: `keyring/${keyring}`, keyring };
  const { id } = first.snapshot.key;
  return { resource: `key/${id}`, keyring, key: id };
}
