import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { dualControlOf, mustHaveApprovers, type DualControlInput } from './dual-control.js';
import type { SettingsDescription } from './get-settings.js';

export interface UpdateSettingsInput {
  /** Of what is in no keyring; null: none. */
  readonly dualControl: DualControlInput | null;
}

export const updateSettings: ChangeOperation<UpdateSettingsInput, Resolved, SettingsDescription> = {
  name: 'settings.update',
  resolve: resolveInstall('settings.update'),

  async run(deps, _resolved, input, commit, arrival) {
    const dualControl = input.dualControl && dualControlOf(input.dualControl);
    return commit([INSTALL_SCOPE], async (change) => {
      if (dualControl) mustHaveApprovers(change.install, null, dualControl, arrival.caller.id, deps.clock.now());
      change.put('install_setting', { id: INSTALL_SCOPE, dualControl });
      return {
        output: { dualControl },
        detail: { from: change.install.dualControl, to: dualControl },
        guarded: { reason: 'dual-control', places: [null] },
      };
    });
  },
};
