import { algorithmFor } from '../../crypto/algorithms.js';
import { hashOf } from '../../crypto/digest.js';
import { wrapForExport, type WrappingAlgorithm } from '../../crypto/key-wrapping.js';
import { readPublicKey } from '../../crypto/read-public-key.js';
import type { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import type { KeyRow, VersionRow } from '../../keys/records.js';
import { versionFor } from '../crypto-version.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from '../crypto/resolve-key-use.js';
import type { Deps } from '../deps.js';
import type { ChangeOperation } from '../operation.js';
import { currentKey } from './resolve-key-change.js';
import { mustBeWrappingAlgorithm } from './wrapping-algorithm.js';

export interface ExportKeyInput extends KeyUseInput {
  /** The receiver's RSA public key: SubjectPublicKeyInfo DER, or text (PEM, base64, JWK). */
  readonly publicKey: Buffer | string;
  readonly algorithm: string;
}

export interface ExportKeyOutput extends KeyUse {
  /** PKCS#8, raw key or seed, as an import takes it. */
  readonly wrappedMaterial: Buffer;
  readonly algorithm: WrappingAlgorithm;
}

/**
 * The material of one version of an exportable key, for whoever holds the private half of `publicKey`. It changes nothing, and
 * yet is a change to the log: its record and the approval that it may need are in one transaction, with the key as it is then.
 */
export const exportKey: ChangeOperation<ExportKeyInput, ResolvedKeyUse, ExportKeyOutput> = {
  name: 'key.export',
  resolve: resolveKeyUse('key.export'),

  async run(deps, { snapshot }, input, commit) {
    const { key } = snapshot;
    if (!key.exportable) {
      throw new KmsError('not-exportable', 'the key was made not exportable, and that cannot be changed');
    }
    const algorithm = mustBeWrappingAlgorithm(input.algorithm, key.spec);
    const row = versionFor(deps, snapshot, input.version);
    const { spki } = readPublicKey(input.publicKey);
    const exported = await exportedForm(deps, key, row);
    try {
      const wrappedMaterial = await wrapForExport(spki, exported, algorithm);
      const receiver = hashOf('sha256', spki).toString('hex');
      return await commit([key.keyringId], async (change) => {
        const now = await currentKey(change, snapshot);
        if (now.key.revision !== key.revision)
          throw new KmsError('conflict', 'the key was changed meanwhile; try again');
        return {
          output: { wrappedMaterial, algorithm, keyId: key.id, version: row.version },
          detail: { algorithm, receiver },
          guarded: { reason: 'key-export', places: [key.keyringId] },
        };
      });
    } finally {
      exported.destroy();
    }
  },
};

async function exportedForm(deps: Deps, key: KeyRow, row: VersionRow): Promise<Secret> {
  const { version, publicKey, material: wrapped, wrappingVersion } = row;
  const wrapping = await deps.secrets.wrappingKey(key.keyringId, wrappingVersion);
  const material = wrapping.unwrapMaterial(wrapped, { key, version, publicKey });
  try {
    return algorithmFor(key.spec).toExport(material);
  } finally {
    material.destroy();
  }
}
