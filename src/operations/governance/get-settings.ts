import type { CredentialPolicy } from '../../access/credential-policy.js';
import type { DualControl } from '../../keys/dual-control.js';
import type { Resolved, UseOperation } from '../operation.js';
import { resolveInstall } from '../access/resolve-caller.js';

/** The settings of the install as every answer shows them. */
export interface SettingsDescription {
  /** Of what is in no keyring; null: none. */
  readonly dualControl: DualControl | null;
  /** null: credentials end only by themselves and by people. */
  readonly credentialPolicy: CredentialPolicy | null;
}

export const getSettings: UseOperation<object, Resolved, SettingsDescription> = {
  name: 'settings.describe',
  resolve: resolveInstall('settings.describe'),

  async run(deps) {
    const { dualControl, credentialPolicy } = await deps.ledger.install();
    return { output: { dualControl, credentialPolicy } };
  },
};
