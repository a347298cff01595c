import { changeVersionState } from './change-version-state.js';

/** A disabled version decrypts and verifies again. */
export const enableVersion = changeVersionState({ name: 'version.enable', action: 'enable' });
