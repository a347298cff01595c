import { loadVersion, mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { mustHave } from './load-for-use.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

export interface DeriveSharedSecretInput extends KeyUseInput {
  /** The other side's, SubjectPublicKeyInfo DER. */
  readonly publicKey: Buffer;
}

export interface SharedSecretOutput extends KeyUse {
  /** Raw: the x coordinate (ECDH), or the 32 bytes of X25519. */
  readonly sharedSecret: Buffer;
}

/** Any active version: the other side may have an older public key. */
export const deriveSharedSecret: UseOperation<DeriveSharedSecretInput, ResolvedKeyUse, SharedSecretOutput> = {
  name: 'derive-shared-secret',
  resolve: resolveKeyUse('derive-shared-secret'),

  async run(deps, { snapshot }, { publicKey, version }) {
    mustBeFor('key-agreement', snapshot);
    const loaded = await loadVersion(deps, snapshot, version);
    const shared = await mustHave('agreement', loaded, snapshot).agree(publicKey);
    return { output: { sharedSecret: shared.bytes, keyId: snapshot.key.id, version: loaded.row.version } };
  },
};
