import { KmsError } from '../../errors.js';
import { keyStateAt, type KeyState } from '../../keys/key-states.js';
import { othersOf } from '../../keys/multi-region.js';
import type { Change } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { describeKeyring, type KeyringDescription } from './describe-keyring.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from './resolve-keyring.js';

const KEYS_IN_USE: ReadonlySet<KeyState> = new Set(['enabled', 'pre-active']);

/**
 * Crypto-shredding: every wrapping key of the keyring goes, and with it every material for ever. The integrity key
 * stays, so that the records stay verifiable.
 */
export const destroyKeyring: ChangeOperation<KeyringInput, ResolvedKeyring, KeyringDescription> = {
  name: 'keyring.destroy',
  resolve: resolveKeyring('keyring.destroy'),

  async run(deps, { keyring: { id } }, _input, commit) {
    const destroyedAt = new Date(deps.clock.now());
    const output = await commit([INSTALL_SCOPE, id], async (change) => {
      mustBeLive(change, id);
      await mustHaveNoKeyInUse(change, id, destroyedAt.getTime());
      const current = await change.find('keyring', id);
      if (!current) throw new KmsError('conflict', 'the keyring is not there any more; try again');
      const wrappingKeys = await deps.ledger.wrappingKeys(id);
      for (const row of wrappingKeys.filter(({ state }) => state !== 'destroyed')) {
        change.put('wrapping_key', { ...row, state: 'destroyed' });
        change.dropWrapped({ kind: 'wrapping', scopeId: id, version: row.version });
      }
      const keyring = { ...current, state: 'destroyed', destroyedAt } as const;
      change.put('keyring', keyring);
      return { output: describeKeyring(keyring), guarded: { reason: 'keyring-destruction', places: [id] } };
    });
    deps.loaded.clear();
    for (let version = 1; version <= output.wrappingVersion; version++) deps.secrets.forgetWrappingKey(id, version);
    return output;
  },
};

/** Nobody can enable a key meanwhile: this change holds the keyring. @throws KmsError keyring-not-empty, integrity-failure */
async function mustHaveNoKeyInUse(change: Change, keyringId: string, now: number): Promise<void> {
  for await (const { key } of change.everyKey(keyringId)) {
    const state = keyStateAt(key, now);
    if (state !== 'destroyed' && othersOf(key).length > 0) throw inOtherRegions(key.id);
    if (!KEYS_IN_USE.has(state)) continue;
    throw new KmsError(
      'keyring-not-empty',
      `key ${key.id} is ${state}; disable every key of the keyring, or schedule its destruction, first`,
    );
  }
}

/** The others would go on as keys of one that is not there. */
export function inOtherRegions(keyId: string): KmsError {
  return new KmsError(
    'keyring-not-empty',
    `key ${keyId} is one of a multi-Region key; schedule its destruction, and wait until it is done, first`,
  );
}
