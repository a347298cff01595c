import { changeCallerState } from './change-caller-state.js';

export const enableCaller = changeCallerState('caller.enable', 'enabled');
