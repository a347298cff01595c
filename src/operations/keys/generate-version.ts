import type { GeneratedKey } from '../../crypto/algorithm.js';
import { algorithmFor } from '../../crypto/algorithms.js';
import { ownBuffer } from '../../crypto/random.js';
import type { Secret } from '../../crypto/secret.js';
import type { KeyRow, VersionRow } from '../../keys/records.js';
import type { Deps } from '../deps.js';

/** What of a key its materials are bound to. */
export type VersionedKey = Pick<KeyRow, 'keyringId' | 'id' | 'spec' | 'usage' | 'exportable' | 'origin'>;

const MATERIAL_ID_BYTES = 8;

/**
 * The row of a new version with new material. Slow for some specs: call it before the change that puts the row.
 * @param wrappingVersion of the keyring; the change checks that it is still the newest
 * @throws KmsError root-unavailable
 */
export async function generateVersion(
  deps: Deps,
  key: VersionedKey,
  version: number,
  wrappingVersion: number,
): Promise<Omit<VersionRow, 'revision'>> {
  return wrapVersion(deps, key, version, wrappingVersion, await algorithmFor(key.spec).generate());
}

/**
 * The row of a new version with material that is there already.
 * @param made destroyed on return, also when it fails
 * @throws KmsError root-unavailable
 */
export async function wrapVersion(
  deps: Deps,
  key: VersionedKey,
  version: number,
  wrappingVersion: number,
  made: GeneratedKey,
): Promise<Omit<VersionRow, 'revision'>> {
  const publicKey = made.publicKey ?? null;
  try {
    const fingerprint = key.origin === 'imported' ? await fingerprintOf(deps, key, made.material) : null;
    const wrapping = await deps.secrets.wrappingKey(key.keyringId, wrappingVersion);
    const now = new Date(deps.engineClock.now());
    return {
      keyId: key.id,
      version,
      state: 'active',
      reason: null,
      materialId: ownBuffer(MATERIAL_ID_BYTES),
      publicKey,
      fingerprint,
      createdAt: now,
      changedAt: now,
      wrappingVersion,
      material: wrapping.wrapMaterial(made.material, { key, version, publicKey }),
    };
  } finally {
    made.material.destroy();
  }
}

/** Of imported material in its canonical form: what a later import is compared with. Keyed, so that it tells nothing of the material. */
export async function fingerprintOf(
  deps: Deps,
  { keyringId, id }: Pick<KeyRow, 'keyringId' | 'id'>,
  material: Secret,
): Promise<Buffer> {
  const seal = await deps.secrets.sealFor(keyringId);
  return seal.digest('material-fingerprint', id, material.bytes);
}
