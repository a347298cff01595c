import { describe, expect, it } from '@jest/globals';
import { isKmsError, type ErrorCode } from '../../../src/errors.js';
import {
  mustBeActive,
  nextVersionState,
  VERSION_ACTIONS,
  VERSION_STATES,
  type VersionAction,
  type VersionState,
} from '../../../src/keys/version-states.js';

const NO = undefined;

/** Every cell, written down a second time: a row per state, a column per action. */
const COLUMNS = ['retire', 'restore', 'disable', 'enable', 'revoke', 'destroy'] as const;
const TABLE: Readonly<Record<VersionState, readonly (VersionState | undefined)[]>> = {
  active: ['retired', NO, 'disabled', NO, 'revoked', NO],
  retired: [NO, 'active', 'disabled', NO, 'revoked', 'destroyed'],
  disabled: ['retired', NO, NO, 'active', 'revoked', 'destroyed'],
  revoked: [NO, NO, NO, NO, NO, 'destroyed'],
  destroyed: [NO, NO, NO, NO, NO, NO],
};

const CELLS = VERSION_STATES.flatMap((state) =>
  VERSION_ACTIONS.map((action): [VersionState, VersionAction, VersionState | undefined] => [
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

describe('the table of version states', () => {
  it('has a column here for every action', () => {
    expect(COLUMNS).toEqual(VERSION_ACTIONS);
    expect(CELLS).toHaveLength(30);
  });

  it.each(CELLS)('%s, %s → %s', (state, action, next) => {
    if (next) expect(nextVersionState(state, action, false)).toBe(next);
    else expect(codeOf(() => nextVersionState(state, action, false))).toBe('invalid-transition');
  });

  it.each(CELLS)('the primary: %s, %s is refused unless it revokes', (state, action, next) => {
    if (next && action === 'revoke') expect(nextVersionState(state, action, true)).toBe('revoked');
    else expect(codeOf(() => nextVersionState(state, action, true))).toBe('invalid-transition');
  });

  it('tells of a primary to rotate first, and of others what is possible', () => {
    expect(() => nextVersionState('active', 'retire', true)).toThrow(/rotate the key first, then retire it/);
    expect(() => nextVersionState('revoked', 'enable', false)).toThrow(/possible: destroy/);
    expect(() => nextVersionState('destroyed', 'enable', false)).toThrow(/possible: nothing/);
  });

  it.each([
    ['active', 'none'],
    ['retired', 'version-retired'],
    ['disabled', 'version-disabled'],
    ['revoked', 'version-revoked'],
    ['destroyed', 'version-destroyed'],
  ] as const)('%s: used → %s', (state, code) => {
    expect(codeOf(() => mustBeActive(state, 3))).toBe(code);
  });
});
