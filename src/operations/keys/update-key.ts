import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { mustBeName, mustBeTags } from '../../keys/names.js';
import type { ChangeOperation } from '../operation.js';
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

export const updateKey: ChangeOperation<UpdateKeyInput, ResolvedKey, KeyDescription> = {
  name: 'key.update',

  /** Whoever administers keys by their tags moves none of them out of his reach, nor into it. */
  async resolve(deps, input, arrival) {
    const resolved = await resolveUpdate(deps, input, arrival);
    if (input.tags === undefined) return resolved;
    const retagged = resourceOfKey({ ...resolved.snapshot.key, tags: input.tags });
    return { ...resolved, needs: [...resolved.needs, { permission: 'key.update', resource: retagged }] };
  },

  async run(deps, { snapshot }, { name, description, tags, published }, commit) {
    if (name !== undefined) mustBeName(name, 'name');
    if (description !== undefined) mustBeDescription(description);
    if (tags !== undefined) mustBeTags(tags);
    if (published) mustBePublishable(snapshot.key.usage);
    return commit([snapshot.key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
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
      const guarded = tags && guardedTags(change.install, current.key, tags);
      return {
        output: describeKey({ key }, deps.clock.now()),
        detail: { changed: Object.keys(changes) },
        ...(guarded ? { guarded } : {}),
      };
    });
  },
};

const resolveUpdate = resolveKeyChange('key.update');
