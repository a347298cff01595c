import { KmsError } from '../../errors.js';
import { loadVersion, mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import type { SharedSecretOutput } from './derive-shared-secret.js';
import { mustHave } from './load-for-use.js';
import { resolveKeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

export interface DecapsulateInput extends KeyUseInput {
  /** Of encapsulate, with the version that made it (default: the primary). */
  readonly ciphertext: Buffer;
}

/** A ciphertext of another key gives another secret, not an error (FIPS 203, implicit rejection). */
export const decapsulate: UseOperation<DecapsulateInput, ResolvedKeyUse, SharedSecretOutput> = {
  name: 'decapsulate',
  resolve: resolveKeyUse('decapsulate'),

  async run(deps, { snapshot }, { ciphertext, version }) {
    mustBeFor('encapsulate-decapsulate', snapshot);
    const loaded = await loadVersion(deps, snapshot, version);
    const shared = await mustHave('kem', loaded, snapshot).decapsulate?.(ciphertext);
    if (!shared) throw new KmsError('internal-error', 'a loaded KEM key has no private half');
    return { output: { sharedSecret: shared.bytes, keyId: snapshot.key.id, version: loaded.row.version } };
  },
};
