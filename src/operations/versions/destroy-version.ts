import { destroyedVersion } from '../keys/destroy-key.js';
import { changeVersionState } from './change-version-state.js';

/** The material is gone at once and for ever; only of a version that is retired, disabled or revoked. */
export const destroyVersion = changeVersionState({
  name: 'version.destroy',
  action: 'destroy',
  rowOf: destroyedVersion,
});
