import type { CredentialRow } from '../../access/records.js';
import { generateToken } from '../../access/token.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { guardedCredential } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import type { CreatedToken } from './create-token.js';
import { credentialNotFound } from './credential-not-found.js';
import { describeToken, type TokenDescription } from './describe-token.js';
import { expiryOf } from './expiry.js';
import { isLiveToken, mustHaveRoomForToken, TOKEN_LIFETIME } from './live-tokens.js';
import { resolveCaller, type ResolvedCaller } from './resolve-caller.js';
import type { RevokeTokenInput } from './revoke-token.js';

const DAY = 86_400;
const OVERLAP = { standard: DAY, most: 30 * DAY } as const;

export interface RotateTokenInput extends RevokeTokenInput {
  /** Seconds for which the old token goes on; default a day, at most 30. 0: it ends at once. */
  readonly overlap?: number;
  /** Seconds of the new token; default as long as the old one was given. */
  readonly expiresIn?: number;
}

export interface RotatedToken extends CreatedToken {
  /** The old token, with the moment at which it ends. */
  readonly previous: TokenDescription;
}

/** A new token in the place of another, which ends after an overlap, on every node. */
export const rotateToken: ChangeOperation<RotateTokenInput, ResolvedCaller, RotatedToken> = {
  name: 'token.rotate',
  resolve: resolveCaller('token.rotate'),

  async run(deps, { caller }, { token: old, overlap = OVERLAP.standard, expiresIn }, commit, arrival) {
    mustBeOverlap(overlap);
    const now = deps.clock.now();
    if (expiresIn !== undefined) expiryOf({ expiresIn }, now, TOKEN_LIFETIME.most);
    const { id, secret, token } = generateToken();
    const hash = deps.secrets.digest('token', id, secret);
    return commit([INSTALL_SCOPE], async (change) => {
      const current = await change.find('credential', old);
      if (current?.callerId !== caller.id || current.kind !== 'token') throw credentialNotFound();
      mustBeRotatable(current);
      mustBeLiveToken(current, now);
      mustHaveRoomForToken(change.install.access.credentials.values(), caller.id, now);
      const expiresAt = new Date(now + (expiresIn === undefined ? lifetimeOf(current) : expiresIn * 1000));
      const createdBy = arrival.caller.id;
      const row = { ...current, id, hash, expiresAt, createdAt: new Date(now), createdBy };
      const ending = { ...current, expiresAt: new Date(Math.min(now + overlap * 1000, endOf(current))) };
      change.put('credential', row);
      change.put('credential', ending);
      const guarded = guardedCredential(change.install, caller.id, now);
      return {
        output: { ...describeToken(row, now), token, previous: describeToken(ending, now) },
        detail: { token: id, previous: old, previousExpiresAt: ending.expiresAt.toISOString() },
        resourceId: id,
        ...(guarded ? { guarded } : {}),
      };
    });
  },

  async repeat(deps, _resolved, id, { token: old }) {
    const { credentials } = (await deps.ledger.install()).access;
    const [row, previous] = [credentials.get(id), credentials.get(old)];
    if (!row || !previous) throw credentialNotFound();
    const now = deps.clock.now();
    return { ...describeToken(row, now), previous: describeToken(previous, now) };
  },
};

function mustBeOverlap(overlap: number): void {
  if (Number.isInteger(overlap) && overlap >= 0 && overlap <= OVERLAP.most) return;
  throw new KmsError('invalid-request', `overlap: a whole number of seconds from 0 to ${OVERLAP.most}`);
}

/** What a session, an invitation or the bootstrap token is good for would outlive its short life. */
function mustBeRotatable({ purpose }: CredentialRow): void {
  if (purpose === 'api' || purpose === 'development') return;
  throw new KmsError('invalid-transition', `a token for ${purpose} is not rotated: it is short-lived, and made anew`);
}

function mustBeLiveToken(row: CredentialRow, now: number): void {
  if (isLiveToken(row, now)) return;
  throw new KmsError('invalid-transition', 'the token has ended already; make a new one with POST …/tokens');
}

function endOf({ expiresAt }: CredentialRow): number {
  return expiresAt?.getTime() ?? Infinity;
}

/** In milliseconds. */
function lifetimeOf({ expiresAt, createdAt }: CredentialRow): number {
  return expiresAt ? expiresAt.getTime() - createdAt.getTime() : TOKEN_LIFETIME.standard * 1000;
}
