import { keyringsOf } from '../../keys/multi-region.js';
import { keyStateAt, nextKeyState } from '../../keys/key-states.js';
import type { ChangeOperation } from '../operation.js';
import { subjectOfKey } from '../resolve-key.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { nextVersion, putNextVersion, recordsOfCopies } from './next-version.js';
import { readKeyAgain } from './read-key-again.js';
import { rotateImported } from './rotate-imported.js';
import { currentKey, resolveKeyChange } from './resolve-key-change.js';

/** New material, or what was imported for it, becomes the primary version; older versions still decrypt and verify. */
export const rotateKey: ChangeOperation<KeyInput, ResolvedKey, KeyDescription> = {
  name: 'key.rotate',
  resolve: resolveKeyChange('key.rotate'),

  async run(deps, { snapshot }, _input, commit, arrival) {
    const { key } = snapshot;
    nextKeyState(keyStateAt(key, deps.engineClock.now()), 'rotate');
    if (key.origin === 'imported') return rotateImported(deps, snapshot, commit);
    const next = await nextVersion(deps, snapshot, arrival.caller.type === 'system' ? 'policy' : 'request');
    const now = deps.engineClock.now();
    return commit(keyringsOf(key), async (change) => {
      const current = await currentKey(change, snapshot);
      const state = nextKeyState(keyStateAt(current.key, now), 'rotate');
      const rotated = await putNextVersion(change, { ...current, key: { ...current.key, state } }, next);
      return {
        output: describeKey({ key: rotated }, now),
        records: [
          {
            subject: subjectOfKey(snapshot, rotated.primaryVersion),
            detail: { from: current.key.primaryVersion },
          },
          ...recordsOfCopies(key, next),
        ],
        resourceId: key.id,
      };
    });
  },

  repeat: (deps, { snapshot }, keyId) => readKeyAgain(deps, snapshot.key.keyringId, keyId),
};
