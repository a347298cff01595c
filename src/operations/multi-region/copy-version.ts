import type { VersionRow } from '../../keys/records.js';
import type { Deps } from '../deps.js';
import { fingerprintOf, type VersionedKey } from '../keys/generate-version.js';

type NewVersionRow = Omit<VersionRow, 'revision'>;

/**
 * The same version for a key in another region: unwrapped, and wrapped anew by the other's keyring and for the other key alone. Of
 * imported material only what recognises it is copied: it must be imported there, too.
 * @param wrappingVersion of the other keyring
 * @throws KmsError integrity-failure, root-unavailable
 */
export async function copyVersion(
  deps: Deps,
  key: VersionedKey,
  row: NewVersionRow,
  to: VersionedKey,
  wrappingVersion: number,
): Promise<NewVersionRow> {
  const copy = { ...row, keyId: to.id, wrappingVersion, material: null };
  if (row.state === 'destroyed') return copy;
  const { version, publicKey } = row;
  const source = await deps.secrets.wrappingKey(key.keyringId, row.wrappingVersion);
  const material = source.unwrapMaterial(row.material, { key, version, publicKey });
  try {
    if (key.origin === 'imported') return { ...copy, fingerprint: await fingerprintOf(deps, to, material) };
    const target = await deps.secrets.wrappingKey(to.keyringId, wrappingVersion);
    return { ...copy, material: target.wrapMaterial(material, { key: to, version, publicKey }) };
  } finally {
    material.destroy();
  }
}
