import { KmsError } from '../errors.js';

/**
 * States of a key version. `primary` is not a state but the one active version that the key names for new work.
 * SP 800-57: active = active (primary) or deactivated for protection, still processing (others); retired = deactivated;
 * disabled = suspended; revoked = compromised or otherwise revoked, with a reason; destroyed = destroyed.
 */
export const VERSION_STATES = ['active', 'retired', 'disabled', 'revoked', 'destroyed'] as const;
export type VersionState = (typeof VERSION_STATES)[number];

export const VERSION_ACTIONS = ['retire', 'restore', 'disable', 'enable', 'revoke', 'destroy'] as const;
export type VersionAction = (typeof VERSION_ACTIONS)[number];

/** After RFC 5280 section 5.3.1, in words. */
export const REVOCATION_REASONS = [
  'compromised',
  'superseded',
  'ceased',
  'affiliation-changed',
  'privilege-withdrawn',
  'unspecified',
] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

const TRANSITIONS: Readonly<Record<VersionState, Partial<Record<VersionAction, VersionState>>>> = {
  active: { retire: 'retired', disable: 'disabled', revoke: 'revoked' },
  retired: { restore: 'active', disable: 'disabled', revoke: 'revoked', destroy: 'destroyed' },
  disabled: { enable: 'active', retire: 'retired', revoke: 'revoked', destroy: 'destroyed' },
  revoked: { destroy: 'destroyed' },
  destroyed: {},
};

/** Revoking is all that may happen to a primary: anything else would leave the key without one. */
export function nextVersionState(state: VersionState, action: VersionAction, isPrimary: boolean): VersionState {
  const next = TRANSITIONS[state][action];
  if (next && (!isPrimary || action === 'revoke')) return next;
  if (next) {
    throw new KmsError(
      'invalid-transition',
      `the version is the key's primary: rotate the key first, then ${action} it`,
    );
  }
  const possible = Object.keys(TRANSITIONS[state]).join(', ') || 'nothing';
  throw new KmsError(
    'invalid-transition',
    `the version is ${state}: ${action} is not possible in this state; possible: ${possible}`,
  );
}

/** @throws KmsError named for the state, unless the version may decrypt and verify */
export function mustBeActive(state: VersionState, version: number): void {
  switch (state) {
    case 'active':
      return;
    case 'retired':
      throw new KmsError('version-retired', `version ${version} is retired; a key-admin can restore it`);
    case 'disabled':
      throw new KmsError('version-disabled', `version ${version} is disabled; a key-admin can enable it`);
    case 'revoked':
      throw new KmsError('version-revoked', `version ${version} was revoked`);
    case 'destroyed':
      throw new KmsError('version-destroyed', `version ${version} was destroyed; nothing can bring it back`);
  }
}
