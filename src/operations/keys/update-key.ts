import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { mustBeName, mustBeTags } from '../../keys/names.js';
import type { KeyRow } from '../../keys/records.js';
import type { PolicyRows } from '../../rotation/records.js';
import type { ChangeOperation } from '../operation.js';
import { mustBePolicies, policyBasis } from '../policies/policy-in-force.js';
import { guardedMoves, movesOfKey, permissionsOfMove } from '../policies/policy-move.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { mustBePublishable } from './publishable.js';
import { guardedTags } from '../guarded.js';
import { resourceOfKey } from '../resolve-key.js';
import { currentKey, mustBeFree, resolveKeyChange } from './resolve-key-change.js';

export interface UpdateKeyInput extends KeyInput {
  readonly name?: string;
  readonly description?: string;
  /** All of them: what is left out is removed. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly published?: boolean;
}

type Tags = KeyRow['tags'];

interface ResolvedUpdate extends ResolvedKey {
  /** Where tags change. */
  readonly rows?: PolicyRows;
}

export const updateKey: ChangeOperation<UpdateKeyInput, ResolvedUpdate, KeyDescription> = {
  name: 'key.update',

  /**
   * Whoever administers keys by their tags moves none of them out of his reach, nor into it; and brings none under a policy
   * that he might not set.
   */
  async resolve(deps, input, arrival) {
    const resolved = await resolveUpdate(deps, input, arrival);
    if (input.tags === undefined) return resolved;
    const { key } = resolved.snapshot;
    const retagged = { ...key, tags: input.tags };
    const rows = await deps.ledger.findPolicies(key.keyringId, key.id);
    const permissions = movesOfKey(key, rows, retagged, rows).flatMap(permissionsOfMove);
    const others = Object.keys(input).some((name) => OTHER_MEMBERS.includes(name)) ? resolved.needs : [];
    const needs = [key, retagged].flatMap((one) =>
      (['key.update', ...permissions] as const).flatMap((permission) =>
        tagActions(key.tags, retagged.tags).map((action) => ({
          permission,
          resource: resourceOfKey(one),
          asked: { action },
        })),
      ),
    );
    return { ...resolved, needs: [...others, ...needs], rows, basis: [...resolved.basis, ...policyBasis(rows)] };
  },

  async run(deps, { snapshot, rows }, { name, description, tags, published }, commit) {
    if (name !== undefined) mustBeName(name, 'name');
    if (description !== undefined) mustBeDescription(description);
    if (tags !== undefined) mustBeTags(tags);
    if (published) mustBePublishable(snapshot.key.usage);
    return commit([snapshot.key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      if (rows) await mustBePolicies(change, current.key, rows);
      if (current.key.state === 'destroyed') throw new KmsError('key-destroyed', 'the key was destroyed');
      if (name !== undefined && name !== current.key.name) await mustBeFree(change, current.key.keyringId, name);
      const changes = {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(tags === undefined ? {} : { tags }),
        ...(published === undefined ? {} : { published }),
      };
      const key = { ...current.key, ...changes };
      change.putKey(key, []);
      const moves = rows ? movesOfKey(current.key, rows, key, rows) : [];
      const guarded = tags && (guardedTags(change.install, current.key, tags) ?? guardedMoves(moves, key.keyringId));
      return {
        output: describeKey({ key }, deps.clock.now()),
        detail: { changed: Object.keys(changes) },
        ...(guarded ? { guarded } : {}),
      };
    });
  },
};

/** What AWS calls it. */
function tagActions(before: Tags, after: Tags): readonly string[] {
  const isUntagged = Object.keys(before).some((name) => !Object.hasOwn(after, name));
  const isTagged = Object.keys(after).some((name) => before[name] !== after[name]);
  return [...(isUntagged ? ['UntagResource'] : []), ...(isTagged || !isUntagged ? ['TagResource'] : [])];
}

const resolveUpdate = resolveKeyChange('key.update');
const OTHER_MEMBERS = ['name', 'description', 'published'];
