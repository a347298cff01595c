import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation } from '../operation.js';
import { credentialNotFound } from './credential-not-found.js';
import { describeToken, type TokenDescription } from './describe-token.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export interface RevokeTokenInput extends CallerInput {
  /** Id of the token. */
  readonly token: string;
}

/** At once and on every node. A token that was revoked before stays so. */
export const revokeToken: ChangeOperation<RevokeTokenInput, ResolvedCaller, TokenDescription> = {
  name: 'token.revoke',
  resolve: resolveCaller('token.revoke'),

  async run(deps, { caller }, { token }, commit) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const current = await change.find('credential', token);
      if (current?.callerId !== caller.id || current.id !== token || current.kind !== 'token') {
        throw credentialNotFound();
      }
      const row = { ...current, revokedAt: current.revokedAt ?? new Date(now) };
      change.put('credential', row);
      return { output: describeToken(row, now), detail: { token } };
    });
  },
};
