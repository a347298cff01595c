import type { CredentialRow } from '../../access/records.js';
import { generateToken } from '../../access/token.js';
import { mustBeDescription } from '../../keys/description.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { mustNotBeForItself } from '../authorise.js';
import { guardedCredential } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { credentialNotFound } from './credential-not-found.js';
import { describeToken, type TokenDescription } from './describe-token.js';
import { expiryOf } from './expiry.js';
import { mustHaveRoomForToken, TOKEN_LIFETIME } from './live-tokens.js';
import { callerNotFound, resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export interface CreateTokenInput extends CallerInput {
  /** Seconds; default 90 days, at most 400. */
  readonly expiresIn?: number;
  readonly description?: string;
}

export interface CreatedToken extends TokenDescription {
  /** The token itself, this once; a repeat answers without it. */
  readonly token?: string;
}

export const createToken: ChangeOperation<CreateTokenInput, ResolvedCaller, CreatedToken> = {
  name: 'token.create',
  resolve: resolveCaller('token.create'),

  async run(deps, { caller }, { expiresIn = TOKEN_LIFETIME.standard, description = '' }, commit, arrival) {
    mustBeDescription(description);
    const now = deps.clock.now();
    const expiresAt = expiryOf({ expiresIn }, now, TOKEN_LIFETIME.most);
    const { id, secret, token } = generateToken();
    const row: Omit<CredentialRow, 'revision'> = {
      id,
      callerId: caller.id,
      kind: 'token',
      hash: deps.secrets.digest('token', id, secret),
      purpose: 'api',
      source: 'any',
      description,
      expiresAt,
      revokedAt: null,
      createdAt: new Date(now),
      createdBy: arrival.caller.id,
    };
    return commit([INSTALL_SCOPE], async (change) => {
      const { callers, credentials } = change.install.access;
      mustNotBeForItself(change.install.access, arrival, caller.id);
      if (!callers.has(caller.id)) throw callerNotFound();
      mustHaveRoomForToken(credentials.values(), caller.id, now);
      change.put('credential', row);
      const guarded = guardedCredential(change.install, caller.id, now);
      const output = { ...describeToken(row, now), token };
      return { output, detail: { token: id }, resourceId: id, ...(guarded ? { guarded } : {}) };
    });
  },

  async repeat(deps, _resolved, id) {
    const { access } = await deps.ledger.install();
    const credential = access.credentials.get(id);
    if (!credential) throw credentialNotFound();
    return describeToken(credential, deps.clock.now());
  },
};
