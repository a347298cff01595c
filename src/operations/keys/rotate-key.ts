import { KmsError } from '../../errors.js';
import { keyStateAt, nextKeyState } from '../../keys/key-states.js';
import type { ChangeOperation } from '../operation.js';
import { subjectOfKey } from '../resolve-key.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { nextVersion, putNextVersion } from './next-version.js';
import { readKeyAgain } from './read-key-again.js';
import { currentKey, resolveKeyChange } from './resolve-key-change.js';

/** New material becomes the primary version; older versions still decrypt and verify. */
export const rotateKey: ChangeOperation<KeyInput, ResolvedKey, KeyDescription> = {
  name: 'key.rotate',
  resolve: resolveKeyChange('key.rotate'),

  async run(deps, { snapshot }, _input, commit) {
    const { key } = snapshot;
    nextKeyState(keyStateAt(key, deps.engineClock.now()), 'rotate');
    if (key.origin === 'imported') {
      throw new KmsError(
        'unsupported-operation',
        'the material of this key was imported, so the service cannot make a new version: create a new key, import into it, and move the aliases',
      );
    }
    const next = await nextVersion(deps, snapshot);
    const now = deps.engineClock.now();
    return commit([key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      const state = nextKeyState(keyStateAt(current.key, now), 'rotate');
      const rotated = putNextVersion(change, { ...current, key: { ...current.key, state } }, next);
      return {
        output: describeKey({ key: rotated }, now),
        subject: subjectOfKey(snapshot, rotated.primaryVersion),
        detail: { from: current.key.primaryVersion },
        resourceId: key.id,
      };
    });
  },

  repeat: (deps, { snapshot }, keyId) => readKeyAgain(deps, snapshot.key.keyringId, keyId),
};
