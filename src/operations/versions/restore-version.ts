import { changeVersionState } from './change-version-state.js';

/** A retired version decrypts and verifies again. */
export const restoreVersion = changeVersionState({ name: 'version.restore', action: 'restore' });
