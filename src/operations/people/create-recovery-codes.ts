import { recoveryDigest } from '../../access/factors.js';
import { generateRecoveryCodes } from '../../access/recovery-codes.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import type { RecoveryCodes } from './confirm-enrolment.js';
import { resolveOwnAccount, takePassword } from './own-account.js';

/** New recovery codes in the place of those that are left. */
export const createRecoveryCodes: ChangeOperation<object, Resolved, RecoveryCodes> = {
  name: 'recovery-codes.create',
  resolve: resolveOwnAccount('recovery-codes.create'),

  async run(deps, _resolved, _input, commit, arrival) {
    const recoveryCodes = generateRecoveryCodes();
    const digest = deps.secrets.digest.bind(deps.secrets);
    return commit([INSTALL_SCOPE], async (change) => {
      const password = await takePassword(change, arrival);
      const { id, factors } = password;
      const digested = recoveryCodes.map((code) => recoveryDigest(digest, id, code));
      if (factors) change.put('credential', { ...password, factors: { ...factors, recoveryCodes: digested } });
      return { output: { recoveryCodes } };
    });
  },
};
