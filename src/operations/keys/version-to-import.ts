import type { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import { suiteOf } from '../../keys/ciphertext.js';
import { isPending } from '../../keys/imported-versions.js';
import { isReplica } from '../../keys/multi-region.js';
import type { KeySnapshot, VersionRow } from '../../keys/records.js';
import { mustBeActive } from '../../keys/version-states.js';
import type { Deps } from '../deps.js';
import { fingerprintOf } from './generate-version.js';

/** What the material that is brought shall be. */
export interface ImportedAs {
  /** `new`: another one than the key ever had. Default: `existing`, once it had one. */
  readonly kind?: 'new' | 'existing';
  /** Which one it is to be, of those that the key had. */
  readonly version?: number;
}

/**
 * The version whose material this is; undefined: it becomes a new one.
 * @throws KmsError invalid-key-material for other material than what was asked for, unsupported-operation, invalid-transition
 */
export async function versionToImport(
  deps: Deps,
  { key, versions }: KeySnapshot,
  material: Secret,
  { kind = versions.length === 0 ? 'new' : 'existing', version }: ImportedAs,
): Promise<VersionRow | undefined> {
  const fingerprint = await fingerprintOf(deps, key, material);
  const known = versions.find((row) => row.fingerprint?.equals(fingerprint));
  if (kind === 'existing') {
    if (known && (version === undefined || version === known.version)) return known;
    const [only] = versions;
    if (only?.state === 'destroyed' && versions.length === 1) mustBeActive(only.state, only.version);
    throw new KmsError(
      'invalid-key-material',
      'the key has other material than this: only the same can be imported again; bring new material as such, or to a new key',
    );
  }
  if (versions.length === 0) return undefined;
  if (known) throw new KmsError('invalid-key-material', 'the key had this material before: it is not new');
  if (!suiteOf(key.spec)) {
    throw new KmsError('unsupported-operation', 'only symmetric keys take new material: bring it to a new key');
  }
  if (isReplica(key)) {
    throw new KmsError(
      'unsupported-operation',
      'the key is a multi-Region replica: bring new material to its primary key',
    );
  }
  if (versions.some(isPending)) {
    throw new KmsError(
      'invalid-transition',
      'the key has material that waits for its rotation: rotate the key, or delete that material, first',
    );
  }
  return undefined;
}
