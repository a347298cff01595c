import type { UsableKey } from '../../crypto/algorithm.js';
import { KmsError } from '../../errors.js';
import { mustBeUsable } from '../../keys/key-states.js';
import type { MessageKey } from '../../keys/message-key.js';
import type { KeySnapshot, VersionRow } from '../../keys/records.js';
import { loadVersion, versionFor } from '../crypto-version.js';
import type { Deps } from '../deps.js';
import type { LoadedVersion } from '../loaded-keys.js';

/** A signature or MAC without a version is tried with so many versions: more would let one call cost too much. */
export const MAX_VERSIONS_TRIED = 32;

/** The version for new work is the primary: a call may name it, and no other. @throws KmsError unsupported-operation */
export async function loadPrimary(deps: Deps, snapshot: KeySnapshot, version?: number): Promise<LoadedVersion> {
  const { primaryVersion } = snapshot.key;
  if (version === undefined || version === primaryVersion) return loadVersion(deps, snapshot);
  versionFor(deps, snapshot, version);
  throw new KmsError(
    'unsupported-operation',
    `version: ${version} only decrypts and verifies; new work is done by the primary, version ${primaryVersion}, so leave it out`,
  );
}

/** The named version, or all that may verify, newest first, `MAX_VERSIONS_TRIED` at most. @throws KmsError named for the state */
export function versionsToVerify(deps: Deps, snapshot: KeySnapshot, version?: number): readonly VersionRow[] {
  if (version !== undefined) return [versionFor(deps, snapshot, version)];
  mustBeUsable(snapshot.key, deps.clock.now());
  const active = snapshot.versions.filter((row) => row.state === 'active').slice(-MAX_VERSIONS_TRIED);
  return active.length > 0 ? active.toReversed() : [versionFor(deps, snapshot)];
}

/** @throws KmsError unsupported-operation */
export function mustHave<Name extends keyof UsableKey>(
  name: Name,
  { usable }: LoadedVersion,
  snapshot: KeySnapshot,
): NonNullable<UsableKey[Name]> {
  return usable?.[name] ?? refuse(snapshot);
}

/** @throws KmsError unsupported-operation for RSA keys, whose ciphertexts have neither header nor context */
export function mustSealMessages({ message }: LoadedVersion, snapshot: KeySnapshot): MessageKey {
  if (message) return message;
  throw new KmsError(
    'unsupported-operation',
    `a key of spec ${snapshot.key.spec} only encrypts and decrypts; this call needs a symmetric key such as aes-256-xaes`,
  );
}

function refuse({ key }: KeySnapshot): never {
  throw new KmsError('unsupported-operation', `a key of spec ${key.spec} cannot do this`);
}
