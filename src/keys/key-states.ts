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
  'delete-material',
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
  enabled: {
    disable: 'disabled',
    rotate: 'enabled',
    import: 'enabled',
    'delete-material': 'pending-import',
    'schedule-destruction': 'pending-destruction',
  },
  disabled: {
    enable: 'enabled',
    import: 'disabled',
    'delete-material': 'pending-import',
    'schedule-destruction': 'pending-destruction',
  },
  'pending-import': {
    import: 'enabled',
    'delete-material': 'pending-import',
    'schedule-destruction': 'pending-destruction',
  },
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

/** What the state of a key at a moment depends on. */
interface Timed {
  readonly state: KeyState;
  readonly notBefore: Date | null;
  readonly materialExpiresAt?: Date | null;
}

/** The state at a moment: a key with a `notBefore` ahead is pre-active until then, one whose material has expired waits for it again. */
export function keyStateAt(key: Timed, now: number): KeyState {
  const hasMaterial = key.state === 'enabled' || key.state === 'disabled' || key.state === 'pre-active';
  if (hasMaterial && key.materialExpiresAt && key.materialExpiresAt.getTime() <= now) return 'pending-import';
  if (key.state === 'pre-active') return key.notBefore && key.notBefore.getTime() > now ? 'pre-active' : 'enabled';
  return key.state;
}

/** @throws KmsError named for the state, unless the key may be used now */
export function mustBeUsable(key: Timed, now: number): void {
  const state = keyStateAt(key, now);
  switch (state) {
    case 'enabled':
      return;
    case 'pre-active':
      throw new KmsError('key-pre-active', `the key may be used from ${key.notBefore?.toISOString()} on`);
    case 'disabled':
      throw new KmsError('key-disabled', 'the key is disabled; a key-admin can enable it');
    case 'pending-import':
      throw new KmsError('key-pending-import', 'the key has no material, or it has expired; import it first');
    case 'pending-destruction':
      throw new KmsError('key-pending-destruction', 'the key waits for its destruction; a key-admin can cancel that');
    case 'destroyed':
      throw new KmsError('key-destroyed', 'the key was destroyed; nothing can bring it back');
  }
}
