import { KmsError } from '../errors.js';

/**
 * States of a key. SP 800-57 part 1, section 7: pre-active = pre-activation, enabled = active, disabled = suspended,
 * pending-destruction = deactivated, destroyed = destroyed; compromised is a property of versions (`version-states.ts`).
 */
export const KEY_STATES = [
  'pre-active',
  'enabled',
  'disabled',
  'pending-import',
  'pending-destruction',
  'destroyed',
] as const;
export type KeyState = (typeof KEY_STATES)[number];

export const KEY_ACTIONS = [
  'activate',
  'enable',
  'disable',
  'rotate',
  'import',
  'schedule-destruction',
  'cancel-destruction',
  'destroy',
] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];

/** The whole table: an action that is not in the row of a state is refused in it. */
const TRANSITIONS: Readonly<Record<KeyState, Partial<Record<KeyAction, KeyState>>>> = {
  'pre-active': {
    activate: 'enabled',
    disable: 'disabled',
    rotate: 'pre-active',
    'schedule-destruction': 'pending-destruction',
  },
  enabled: { disable: 'disabled', rotate: 'enabled', import: 'enabled', 'schedule-destruction': 'pending-destruction' },
  disabled: { enable: 'enabled', import: 'disabled', 'schedule-destruction': 'pending-destruction' },
  'pending-import': { import: 'enabled', 'schedule-destruction': 'pending-destruction' },
  'pending-destruction': { 'cancel-destruction': 'disabled', destroy: 'destroyed' },
  destroyed: {},
};

/** @throws KmsError invalid-transition */
export function nextKeyState(state: KeyState, action: KeyAction): KeyState {
  const next = TRANSITIONS[state][action];
  if (next) return next;
  const possible = Object.keys(TRANSITIONS[state]).filter((name) => name !== 'activate');
  throw new KmsError(
    'invalid-transition',
    `the key is ${state}: ${action} is not possible in this state; possible: ${possible.join(', ') || 'nothing'}`,
  );
}

/** The state at a moment: a key with a `notBefore` ahead is pre-active until then. */
export function keyStateAt(key: { readonly state: KeyState; readonly notBefore: Date | null }, now: number): KeyState {
  if (key.state === 'pre-active') return key.notBefore && key.notBefore.getTime() > now ? 'pre-active' : 'enabled';
  return key.state;
}

/** @throws KmsError named for the state, unless the key may be used now */
export function mustBeUsable(key: { readonly state: KeyState; readonly notBefore: Date | null }, now: number): void {
  const state = keyStateAt(key, now);
  switch (state) {
    case 'enabled':
      return;
    case 'pre-active':
      throw new KmsError('key-pre-active', `the key may be used from ${key.notBefore?.toISOString()} on`);
    case 'disabled':
      throw new KmsError('key-disabled', 'the key is disabled; a key-admin can enable it');
    case 'pending-import':
      throw new KmsError('key-pending-import', 'the key has no material yet; import it first');
    case 'pending-destruction':
      throw new KmsError('key-pending-destruction', 'the key waits for its destruction; a key-admin can cancel that');
    case 'destroyed':
      throw new KmsError('key-destroyed', 'the key was destroyed; nothing can bring it back');
  }
}
