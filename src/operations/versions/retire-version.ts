import { changeVersionState } from './change-version-state.js';

/** It refuses everything until it is restored. */
export const retireVersion = changeVersionState({ name: 'version.retire', action: 'retire' });
