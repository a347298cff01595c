import { readFile } from 'node:fs/promises';
import { KmsError } from '../../errors.js';
import type { RootSettings } from '../root-settings.js';
import { fileFailure } from './file-failure.js';
import { LocalRootKey } from './local-root-key.js';
import { localRootKeyPath } from './open-local-root-key.js';
import { passphraseSeal } from './passphrase.js';
import { methodOf } from './sealed-file.js';

/**
 * `passphrase:<file>`: a root key file that is sealed by a passphrase (Argon2id).
 * @throws KmsError invalid-setting without a passphrase; wrong-root-key for a wrong one; as `readRootKeyFile`
 */
export async function openPassphraseRootKey(uri: string, settings: RootSettings): Promise<LocalRootKey> {
  if (!settings.rootPassphrase) {
    throw new KmsError('invalid-setting', 'KEYSTEAD_ROOT_PASSPHRASE: must be set for a root key of passphrase:');
  }
  const path = localRootKeyPath(uri, settings);
  return LocalRootKey.open(path, await passphraseSeal(await sealMethodOf(path), settings.rootPassphrase));
}

/**
 * `shamir:<file>`: a root key file that is sealed by a key of which k of n keepers hold shares.
 * @throws KmsError sealed if they have not given them; as `readRootKeyFile`
 */
export async function openShamirRootKey(uri: string, settings: RootSettings): Promise<LocalRootKey> {
  const seal = settings.unsealed?.get(uri);
  if (!seal) throw new KmsError('sealed', 'A root key of shamir: is opened by its keepers, on a running server');
  return LocalRootKey.open(localRootKeyPath(uri, settings), seal);
}

/** @throws KmsError invalid-setting if it cannot be read */
export async function sealMethodOf(path: string): Promise<string | undefined> {
  try {
    return methodOf(await readFile(path));
  } catch (error) {
    throw fileFailure('invalid-setting', path, error);
  }
}
