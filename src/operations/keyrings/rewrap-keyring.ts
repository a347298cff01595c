import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { readRewrapStatus, type RewrapStatus } from './get-rewrap-status.js';
import { makeWrappingKey } from './make-wrapping-key.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from './resolve-keyring.js';
import { startMoving } from './start-moving.js';

/**
 * Gives the keyring a new wrapping key, at once for all new material. What is stored moves in the background
 * (`finishRewrap`); the schedule takes it up again after a restart.
 */
export const rewrapKeyring: ChangeOperation<KeyringInput, ResolvedKeyring, RewrapStatus> = {
  name: 'keyring.rewrap',
  resolve: resolveKeyring('keyring.rewrap'),

  async run(deps, { keyring: { id, wrappingVersion: fromVersion } }, _input, commit, arrival) {
    const toVersion = fromVersion + 1;
    const made = await makeWrappingKey(deps.secrets, id, toVersion, new Date(deps.clock.now()));
    await commit([INSTALL_SCOPE, id], async (change) => {
      mustBeLive(change, id);
      const keyring = await change.find('keyring', id);
      const before = await change.find('wrapping_key', `${id}/${fromVersion}`);
      if (!keyring || !before || keyring.wrappingVersion !== fromVersion) {
        throw new KmsError('conflict', 'the keyring was rewrapped meanwhile; try again');
      }
      change.put('keyring', { ...keyring, wrappingVersion: toVersion });
      change.put('wrapping_key', { ...before, state: 'retiring' });
      change.put('wrapping_key', made.wrappingKey);
      for (const wrapped of made.wrapped) change.putWrapped(wrapped);
      return { output: undefined, detail: { fromVersion, toVersion }, resourceId: id };
    });
    void startMoving(deps, id, arrival);
    return readRewrapStatus(deps, id);
  },

  repeat: (deps, { keyring }) => readRewrapStatus(deps, keyring.id),
};
