import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from '../keyrings/resolve-keyring.js';
import type { UseOperation } from '../operation.js';
import { describeKeyringPolicies, type KeyringPoliciesDescription } from './keyring-policies.js';

export const getKeyringPolicies: UseOperation<KeyringInput, ResolvedKeyring, KeyringPoliciesDescription> = {
  name: 'policy.get',
  resolve: resolveKeyring('policy.get'),
  run: async (deps, { keyring }) => ({
    output: describeKeyringPolicies((await deps.ledger.findPolicies(keyring.id)).keyring, deps.engineClock.now()),
  }),
};
