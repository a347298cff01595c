import { describe, expect, it } from '@jest/globals';
import { isKmsError, type ErrorCode } from '../../../src/errors.js';
import {
  KEY_ACTIONS,
  KEY_STATES,
  keyStateAt,
  mustBeUsable,
  nextKeyState,
  type KeyAction,
  type KeyState,
} from '../../../src/keys/key-states.js';

const NO = undefined;
const at = (milliseconds: number) => new Date(milliseconds);

/** Every cell, written down a second time: a row per state, a column per action. */
const COLUMNS = [
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
const PENDING = 'pending-destruction';
const TABLE: Readonly<Record<KeyState, readonly (KeyState | undefined)[]>> = {
  'pre-active': ['enabled', NO, 'disabled', 'pre-active', NO, NO, PENDING, NO, NO],
  enabled: [NO, NO, 'disabled', 'enabled', 'enabled', 'pending-import', PENDING, NO, NO],
  disabled: [NO, 'enabled', NO, NO, 'disabled', 'pending-import', PENDING, NO, NO],
  'pending-import': [NO, NO, NO, NO, 'enabled', 'pending-import', PENDING, NO, NO],
  'pending-destruction': [NO, NO, NO, NO, NO, NO, NO, 'disabled', 'destroyed'],
  destroyed: [NO, NO, NO, NO, NO, NO, NO, NO, NO],
};

const CELLS = KEY_STATES.flatMap((state) =>
  KEY_ACTIONS.map((action): [KeyState, KeyAction, KeyState | undefined] => [
    state,
    action,
    TABLE[state][COLUMNS.indexOf(action)],
  ]),
);

function codeOf(work: () => unknown): ErrorCode | 'none' {
  try {
    work();
    return 'none';
  } catch (error) {
    if (isKmsError(error)) return error.code;
    throw error;
  }
}

it('a key whose material has expired waits for its import', () => {
  const key = { notBefore: null, materialExpiresAt: at(10) };
  for (const state of ['enabled', 'disabled', 'pre-active'] as const) {
    expect(keyStateAt({ ...key, state }, 9)).not.toBe('pending-import');
    expect(keyStateAt({ ...key, state }, 10)).toBe('pending-import');
  }
  expect(keyStateAt({ ...key, state: 'pending-destruction' }, 10)).toBe('pending-destruction');
  expect(codeOf(() => mustBeUsable({ ...key, state: 'enabled' }, 10))).toBe('key-pending-import');
});

describe('the table of key states', () => {
  it('has a column here for every action', () => {
    expect(COLUMNS).toEqual(KEY_ACTIONS);
    expect(CELLS).toHaveLength(54);
  });

  it.each(CELLS)('%s, %s → %s', (state, action, next) => {
    if (next) expect(nextKeyState(state, action)).toBe(next);
    else expect(codeOf(() => nextKeyState(state, action))).toBe('invalid-transition');
  });

  it('says in a refusal what is possible instead', () => {
    expect(() => nextKeyState('disabled', 'rotate')).toThrow(
      /the key is disabled.*possible: enable, import, delete-material, schedule/,
    );
    expect(() => nextKeyState('destroyed', 'enable')).toThrow(/possible: nothing/);
    expect(() => nextKeyState('pre-active', 'enable')).not.toThrow(/activate/);
  });
});

describe('a key at a moment', () => {
  it('is pre-active up to its notBefore, and enabled from then on', () => {
    const key = { state: 'pre-active', notBefore: at(1000) } as const;
    expect(keyStateAt(key, 999)).toBe('pre-active');
    expect(keyStateAt(key, 1000)).toBe('enabled');
  });

  it('keeps every other state whatever its notBefore', () => {
    for (const state of KEY_STATES.filter((one) => one !== 'pre-active')) {
      expect(keyStateAt({ state, notBefore: at(1000) }, 1)).toBe(state);
      expect(keyStateAt({ state, notBefore: null }, 1)).toBe(state);
    }
  });

  it.each([
    ['pre-active', 'key-pre-active'],
    ['enabled', 'none'],
    ['disabled', 'key-disabled'],
    ['pending-import', 'key-pending-import'],
    ['pending-destruction', 'key-pending-destruction'],
    ['destroyed', 'key-destroyed'],
  ] as const)('%s: used → %s', (state, code) => {
    expect(codeOf(() => mustBeUsable({ state, notBefore: state === 'pre-active' ? at(2000) : null }, 1000))).toBe(code);
  });
});
