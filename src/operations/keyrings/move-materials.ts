import { isKmsError } from '../../errors.js';
import type { WrappingKey } from '../../keys/material.js';
import type { StoredMaterial } from '../../keys/material-store.js';
import type { KeyringRow } from '../../keys/records.js';
import type { Deps } from '../deps.js';

const BATCH = 100;

/**
 * Moves every material of a keyring under its newest wrapping key, in batches: whatever ends it, it goes on from where
 * it was. Material that does not open stays where it is, and the rest is moved first.
 * @returns how many it moved
 * @throws KmsError integrity-failure when some do not open; root-unavailable
 */
export async function moveMaterials(deps: Deps, { id, wrappingVersion }: KeyringRow): Promise<number> {
  const target = await deps.secrets.wrappingKey(id, wrappingVersion);
  for (let moved = 0; ;) {
    const batch = await deps.materials.nextBatch(id, wrappingVersion, BATCH);
    if (batch.length === 0) return moved;
    const failures: unknown[] = [];
    for (const stored of batch) {
      try {
        if (await moveOne(deps, stored, target)) moved += 1;
      } catch (error) {
        if (!isKmsError(error, 'integrity-failure')) throw error;
        failures.push(error);
      }
    }
    if (failures.length === batch.length) throw failures[0];
  }
}

async function moveOne(deps: Deps, { key, row }: StoredMaterial, target: WrappingKey): Promise<boolean> {
  const source = await deps.secrets.wrappingKey(key.keyringId, row.wrappingVersion);
  const binding = { key, version: row.version, publicKey: row.publicKey };
  const material = source.unwrapMaterial(row.material, binding);
  try {
    const moved = target.wrapMaterial(material, binding);
    return await deps.materials.replace(key.id, row.version, row.wrappingVersion, moved, target.version);
  } finally {
    material.destroy();
  }
}
