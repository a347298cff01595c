import { resolve } from 'node:path';
import { KmsError } from '../../errors.js';
import type { RootSettings } from '../root-settings.js';
import { LocalRootKey } from './local-root-key.js';

/**
 * The file of a `local:`, `passphrase:` or `shamir:` URI. `local:` alone is `root.key` in the data directory; `local:<path>` is that file, from the data directory if relative.
 * The path is taken as it stands, without percent-decoding.
 * @throws KmsError invalid-setting
 */
export function localRootKeyPath(uri: string, { dataDir }: Pick<RootSettings, 'dataDir'>): string {
  const path = uri.slice(uri.indexOf(':') + 1);
  if (path.startsWith('//') || path.endsWith('/') || path.includes('\0')) {
    throw new KmsError(
      'invalid-setting',
      'The root key URI must be local:<file>, passphrase:<file> or shamir:<file>, with an absolute path or one from the data directory, such as local:/etc/keystead/root.key',
    );
  }
  return resolve(dataDir, path === '' ? 'root.key' : path);
}

/** Opens an existing file; see `createLocalRootKey` for a first start. @throws KmsError as `readRootKeyFile` */
export async function openLocalRootKey(uri: string, settings: Pick<RootSettings, 'dataDir'>): Promise<LocalRootKey> {
  return LocalRootKey.open(localRootKeyPath(uri, settings));
}
