import { generateToken } from '../../access/token.js';
import { mustBeDescription } from '../../keys/description.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { guardedCredential } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { addCredential, credentialOf, newCredential } from './add-credential.js';
import { describeToken, type TokenDescription } from './describe-token.js';
import { expiryOf } from './expiry.js';
import { TOKEN_LIFETIME } from './live-tokens.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

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
    const hash = deps.secrets.digest('token', id, secret);
    const given = { id, callerId: caller.id, kind: 'token', hash, description, expiresAt } as const;
    const row = newCredential(given, now, arrival);
    return commit([INSTALL_SCOPE], async (change) => {
      addCredential(change, row, now, arrival);
      const guarded = guardedCredential(change.install, caller.id, now);
      const output = { ...describeToken(row, now), token };
      return { output, detail: { token: id }, resourceId: id, ...(guarded ? { guarded } : {}) };
    });
  },

  async repeat(deps, _resolved, id) {
    return describeToken(await credentialOf(deps, id), deps.clock.now());
  },
};
