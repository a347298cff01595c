import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { resolveOwnAccount } from './own-account.js';

/** The person logs out: the token that it came with ends at once, on every node. */
export const endSession: ChangeOperation<object, Resolved, { readonly id: string }> = {
  name: 'session.end',
  resolve: resolveOwnAccount('session.end'),

  async run(deps, _resolved, _input, commit, { credentialId }) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const row = await change.find('credential', credentialId ?? '');
      if (row?.purpose !== 'session') {
        throw new KmsError('invalid-transition', 'this credential is no session; an administrator revokes it');
      }
      change.put('credential', { ...row, revokedAt: new Date(now) });
      return { output: { id: row.id }, detail: { session: row.id } };
    });
  },
};
