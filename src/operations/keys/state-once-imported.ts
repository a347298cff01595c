import { KmsError } from '../../errors.js';
import { keyStateAt, nextKeyState, type KeyState } from '../../keys/key-states.js';
import type { KeyRow } from '../../keys/records.js';
import { stateOnceEnabled } from './state-once-enabled.js';

/** @returns the state that an import brings the key to. @throws KmsError unsupported-operation, invalid-transition */
export function stateOnceImported(key: KeyRow, now: number): KeyState {
  if (key.origin !== 'imported') {
    throw new KmsError(
      'unsupported-operation',
      'the material of this key was made here; create a key with "origin": "imported" to bring your own',
    );
  }
  const state = nextKeyState(keyStateAt(key, now), 'import');
  return state === 'enabled' ? stateOnceEnabled(key, now) : state;
}
