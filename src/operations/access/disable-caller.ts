import { changeCallerState } from './change-caller-state.js';

/** At once and on every node, none of its credentials opens anything until it is enabled again. */
export const disableCaller = changeCallerState('caller.disable', 'disabled');
