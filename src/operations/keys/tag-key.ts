import { KmsError } from '../../errors.js';
import { mustBeTags } from '../../keys/names.js';
import type { KeyRow } from '../../keys/records.js';
import { guardedTags } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { currentKey, resolveKeyChange } from './resolve-key-change.js';
import { updateKey } from './update-key.js';

type Tags = KeyRow['tags'];

export interface TagKeyInput extends KeyInput {
  /** Tags that come, or get another value. */
  readonly set?: Tags;
  /** Names of tags that go; one that is not there is no error. */
  readonly remove?: readonly string[];
}

interface ResolvedTags extends ResolvedKey {
  readonly tags: Tags;
}

/** Changes single tags of a key and leaves the others. */
export const tagKey: ChangeOperation<TagKeyInput, ResolvedTags, KeyDescription> = {
  name: 'key.update',

  /** What is needed to replace all tags by the outcome. */
  async resolve(deps, { keyring, key, set = {}, remove = [] }, arrival) {
    const { snapshot } = await resolveAny(deps, { keyring, key }, arrival);
    const kept = Object.entries(snapshot.key.tags).filter(([name]) => !remove.includes(name));
    const tags = Object.fromEntries([...kept, ...Object.entries(set)]);
    const resolved = await updateKey.resolve(deps, { keyring, key, tags }, arrival);
    const asked = { action: Object.keys(set).length > 0 ? 'TagResource' : 'UntagResource' };
    return { ...resolved, needs: resolved.needs.map((need) => ({ ...need, asked })), tags };
  },

  async run(deps, { snapshot, tags }, _input, commit) {
    mustBeTags(tags);
    return commit([snapshot.key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      if (current.key.state === 'destroyed') throw new KmsError('key-destroyed', 'the key was destroyed');
      if (current.key.revision !== snapshot.key.revision) {
        throw new KmsError('conflict', 'the key changed meanwhile; try again');
      }
      const key = { ...current.key, tags };
      change.putKey(key, []);
      const guarded = guardedTags(change.install, current.key, tags);
      return {
        output: describeKey({ key }, deps.clock.now()),
        detail: { changed: ['tags'] },
        ...(guarded ? { guarded } : {}),
      };
    });
  },
};

const resolveAny = resolveKeyChange('key.update');
