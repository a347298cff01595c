import type { KeyUsage } from '../crypto/key-spec.js';
import { KmsError } from '../errors.js';
import { mustBeUsable } from '../keys/key-states.js';
import type { KeySnapshot, VersionRow } from '../keys/records.js';
import { mustBeActive } from '../keys/version-states.js';
import type { Deps } from './deps.js';
import type { LoadedVersion } from './loaded-keys.js';

/** @throws KmsError unsupported-operation, with what the key is for */
export function mustBeFor(usage: KeyUsage, { key }: KeySnapshot): void {
  if (key.usage === usage) return;
  throw new KmsError('unsupported-operation', `the key is for ${key.usage}, this call needs one for ${usage}`);
}

/** The version a call names, or the primary; in a state in which it may work. */
export function versionFor(deps: Deps, snapshot: KeySnapshot, version?: number): VersionRow {
  mustBeUsable(snapshot.key, deps.clock.now());
  const number = version ?? snapshot.key.primaryVersion;
  const row = snapshot.versions[number - 1];
  if (!row)
    throw new KmsError(
      'version-not-found',
      `the key has no version ${number}; it has 1 to ${snapshot.key.versionCount}`,
    );
  mustBeActive(row.state, number);
  return row;
}

export async function loadVersion(deps: Deps, snapshot: KeySnapshot, version?: number): Promise<LoadedVersion> {
  return deps.loaded.get(snapshot, versionFor(deps, snapshot, version).version);
}
