import { KmsError } from '../../errors.js';
import type { KeyRow, KeySnapshot, VersionRow } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';
import { generateVersion } from './generate-version.js';
import { mustBeUnderNewest } from './resolve-key-change.js';

/** Generated material for the version after the newest; slow for some specs, so before any change. @throws KmsError root-unavailable */
export async function nextVersion(deps: Deps, { key }: KeySnapshot): Promise<Omit<VersionRow, 'revision'>> {
  const { keyringsById } = await deps.ledger.install();
  const wrappingVersion = keyringsById.get(key.keyringId)?.wrappingVersion;
  if (wrappingVersion === undefined) throw new KmsError('conflict', 'the keyring is not there any more; try again');
  return generateVersion(deps, key, key.versionCount + 1, wrappingVersion);
}

/**
 * Puts a version as the key's new primary.
 * @param current the key in this change; its row is put as it is given, with its new primary
 * @param others  versions that change with it, the former primary among them; default: that one, no longer primary
 * @returns the key's row
 * @throws KmsError conflict when the key got another version meanwhile
 */
export function putNextVersion(
  change: Change,
  { key, versions }: KeySnapshot,
  next: Omit<VersionRow, 'revision'>,
  others?: readonly VersionRow[],
): KeyRow {
  if (next.version !== key.versionCount + 1) throw new KmsError('conflict', 'the key was rotated meanwhile; try again');
  mustBeUnderNewest(change, key.keyringId, next.wrappingVersion);
  const at = next.createdAt;
  const primary = versions[key.primaryVersion - 1];
  const rotated = { ...key, primaryVersion: next.version, versionCount: next.version, rotatedAt: at };
  change.putKey(rotated, [...(others ?? (primary ? [{ ...primary, changedAt: at }] : [])), next]);
  return rotated;
}
