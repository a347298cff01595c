import { passwordDigest } from '../../access/factors.js';
import { hashPassword, mustBePassword } from '../../access/password.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { endCredentials, resolveOwnAccount, takePassword } from './own-account.js';

export interface ChangePasswordInput {
  readonly newPassword: string;
}

/** By a person who came in by the old one and a code. Its sessions end. */
export const changePassword: ChangeOperation<ChangePasswordInput, Resolved, { readonly sessionsEnded: number }> = {
  name: 'password.change',
  resolve: resolveOwnAccount('password.change'),

  async run(deps, _resolved, { newPassword }, commit, arrival) {
    const { caller, credentialId } = arrival;
    mustBePassword(newPassword, caller.name);
    const digest = deps.secrets.digest.bind(deps.secrets);
    const hashed = await hashPassword(passwordDigest(digest, credentialId ?? '', newPassword));
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      change.put('credential', { ...(await takePassword(change, arrival)), hash: Buffer.from(hashed, 'latin1') });
      const sessionsEnded = endCredentials(change, caller.id, ({ purpose }) => purpose === 'session', now);
      return { output: { sessionsEnded }, detail: { sessionsEnded } };
    });
  },
};
