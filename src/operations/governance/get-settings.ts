import type { DualControl } from '../../keys/dual-control.js';
import type { Resolved, UseOperation } from '../operation.js';
import { resolveInstall } from '../access/resolve-caller.js';

/** The settings of the install as every answer shows them. */
export interface SettingsDescription {
  /** Of what is in no keyring; null: none. */
  readonly dualControl: DualControl | null;
}

export const getSettings: UseOperation<object, Resolved, SettingsDescription> = {
  name: 'settings.describe',
  resolve: resolveInstall('settings.describe'),
  run: async (deps) => ({ output: { dualControl: (await deps.ledger.install()).dualControl } }),
};
