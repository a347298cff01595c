import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation } from '../operation.js';
import { credentialNotFound } from './credential-not-found.js';
import { describeCredential, type CredentialDescription } from './describe-credential.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export interface RevokeCredentialInput extends CallerInput {
  /** Id of the credential, of any kind. */
  readonly credential: string;
}

/** At once and on every node. A credential that was revoked before stays so. */
export const revokeCredential: ChangeOperation<RevokeCredentialInput, ResolvedCaller, CredentialDescription> = {
  name: 'credential.revoke',
  resolve: resolveCaller('credential.revoke'),

  async run(deps, { caller }, { credential }, commit) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const current = await change.find('credential', credential);
      if (current?.callerId !== caller.id) throw credentialNotFound();
      const row = { ...current, revokedAt: current.revokedAt ?? new Date(now) };
      change.put('credential', row);
      return { output: describeCredential(row, now), detail: { credential, kind: row.kind } };
    });
  },
};
