import { KmsError } from '../../errors.js';
import type { WrappingKeyRow } from '../../keys/records.js';
import type { Deps } from '../deps.js';
import { mustBeLive, mustBeUnderNewest } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { moveMaterials } from './move-materials.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from './resolve-keyring.js';

export interface RewrapFinished {
  readonly moved: number;
  /** The wrapping key versions that are gone. */
  readonly destroyed: readonly number[];
}

/** Moves what is left under older wrapping keys, then destroys those: the end of every rewrap. */
export const finishRewrap: ChangeOperation<KeyringInput, ResolvedKeyring, RewrapFinished> = {
  name: 'keyring.rewrap',
  resolve: resolveKeyring('keyring.rewrap'),

  async run(deps, { keyring }, _input, commit) {
    const { id, wrappingVersion } = keyring;
    const moved = await moveMaterials(deps, keyring);
    await deps.materials.dropImportTokens(id, wrappingVersion);
    const finished = await commit([id], async (change) => {
      mustBeLive(change, id);
      mustBeUnderNewest(change, id, wrappingVersion);
      const retiring = (await deps.ledger.wrappingKeys(id)).filter(({ state }) => state === 'retiring');
      await mustBeUnused(deps, retiring);
      for (const row of retiring) {
        change.put('wrapping_key', { ...row, state: 'destroyed' });
        change.dropWrapped({ kind: 'wrapping', scopeId: id, version: row.version });
      }
      const output = { moved, destroyed: retiring.map(({ version }) => version) };
      return { output, detail: { ...output, toVersion: wrappingVersion } };
    });
    for (const version of finished.destroyed) deps.secrets.forgetWrappingKeySoon(id, version);
    return finished;
  },
};

/** New material goes under the newest only, and this change holds the keyring: what is unused stays so. @throws KmsError conflict */
async function mustBeUnused(deps: Deps, wrappingKeys: readonly WrappingKeyRow[]): Promise<void> {
  const [first] = wrappingKeys;
  if (!first) return;
  const counts = await deps.materials.countByWrapping(first.keyringId);
  if (!wrappingKeys.some(({ version }) => counts.has(version))) return;
  throw new KmsError('conflict', 'material came back under an older wrapping key meanwhile; try again');
}
