import { changeKeyState } from './change-key-state.js';

/** Until it is enabled again, the key does nothing at all. */
export const disableKey = changeKeyState({ name: 'key.disable', action: 'disable' });
