import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import type { SharedSecretOutput } from './derive-shared-secret.js';
import { loadPrimary, mustHave } from './load-for-use.js';
import { resolveKeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

export interface EncapsulateOutput extends SharedSecretOutput {
  /** For decapsulate. It names no version: keep the answer's. */
  readonly ciphertext: Buffer;
}

export const encapsulate: UseOperation<KeyUseInput, ResolvedKeyUse, EncapsulateOutput> = {
  name: 'encapsulate',
  resolve: resolveKeyUse('encapsulate'),

  async run(deps, { snapshot }, { version }) {
    mustBeFor('encapsulate-decapsulate', snapshot);
    const loaded = await loadPrimary(deps, snapshot, version);
    const { sharedSecret, ciphertext } = await mustHave('kem', loaded, snapshot).encapsulate();
    return {
      output: {
        sharedSecret: sharedSecret.bytes,
        ciphertext,
        keyId: snapshot.key.id,
        version: loaded.row.version,
      },
    };
  },
};
