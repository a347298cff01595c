import type { CredentialPolicy } from '../../access/credential-policy.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { dualControlOf, mustHaveApprovers, type DualControlInput } from './dual-control.js';
import type { SettingsDescription } from './get-settings.js';

const DAY = 86_400;
const UNUSED = { least: DAY, most: 3_650 * DAY } as const;

export interface UpdateSettingsInput {
  /** Of what is in no keyring; null: none. */
  readonly dualControl?: DualControlInput | null;
  /** Revokes what was unused for so many seconds, and what expired; null: none. */
  readonly credentialPolicy?: { readonly unusedAfter: number } | null;
}

/** Changes what is given and leaves the rest. */
export const updateSettings: ChangeOperation<UpdateSettingsInput, Resolved, SettingsDescription> = {
  name: 'settings.update',
  resolve: resolveInstall('settings.update'),

  async run(deps, _resolved, input, commit, arrival) {
    const now = deps.clock.now();
    const dualControl = input.dualControl && dualControlOf(input.dualControl);
    const credentialPolicy = input.credentialPolicy && credentialPolicyOf(input.credentialPolicy.unusedAfter, now);
    if (dualControl === undefined && credentialPolicy === undefined) {
      throw new KmsError('invalid-request', 'give dualControl or credentialPolicy');
    }
    return commit([INSTALL_SCOPE], async (change) => {
      if (dualControl) mustHaveApprovers(change.install, null, dualControl, arrival.caller.id, now);
      const from: SettingsDescription = {
        dualControl: change.install.dualControl,
        credentialPolicy: change.install.credentialPolicy,
      };
      const to: SettingsDescription = {
        dualControl: dualControl === undefined ? from.dualControl : dualControl,
        credentialPolicy: credentialPolicy === undefined ? from.credentialPolicy : credentialPolicy,
      };
      change.put('install_setting', { id: INSTALL_SCOPE, ...to });
      return { output: to, detail: { from, to }, guarded: { reason: 'dual-control', places: [null] } };
    });
  },
};

/** @throws KmsError invalid-request */
function credentialPolicyOf(unusedAfter: number, now: number): CredentialPolicy {
  const { least, most } = UNUSED;
  if (Number.isInteger(unusedAfter) && unusedAfter >= least && unusedAfter <= most) {
    return { unusedAfter, setAt: new Date(now).toISOString() };
  }
  throw new KmsError('invalid-request', 'credentialPolicy.unusedAfter: 1 day to 10 years');
}
