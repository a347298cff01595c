import { changeVersionState } from './change-version-state.js';

/** For a while: it refuses everything until it is enabled. */
export const disableVersion = changeVersionState({ name: 'version.disable', action: 'disable' });
