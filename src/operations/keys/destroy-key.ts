import { KmsError } from '../../errors.js';
import { keyStateAt, nextKeyState } from '../../keys/key-states.js';
import type { VersionRow } from '../../keys/records.js';
import type { ChangeOperation } from '../operation.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { currentKey, resolveKeyChange } from './resolve-key-change.js';

/** A version without its material; that it was there stays on record. */
export function destroyedVersion(row: VersionRow, now: number): VersionRow {
  return { ...row, state: 'destroyed', material: null, fingerprint: null, changedAt: new Date(now) };
}

/** By the schedule alone, when a destruction is due. The name stays on record and is free for another key. */
export const destroyKey: ChangeOperation<KeyInput, ResolvedKey, KeyDescription> = {
  name: 'key.destroy',
  resolve: resolveKeyChange('key.destroy'),

  async run(deps, { snapshot }, _input, commit) {
    const now = deps.engineClock.now();
    return commit([snapshot.key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      const state = nextKeyState(keyStateAt(current.key, now), 'destroy');
      if (!current.key.destroyAt || current.key.destroyAt.getTime() > now) {
        throw new KmsError('invalid-transition', 'the destruction of the key is not due yet');
      }
      const key = { ...current.key, state };
      const gone = current.versions.filter((row) => row.state !== 'destroyed');
      change.putKey(
        key,
        gone.map((row) => destroyedVersion(row, now)),
      );
      return { output: describeKey({ key }, now), detail: { versions: gone.map((row) => row.version) } };
    });
  },
};
