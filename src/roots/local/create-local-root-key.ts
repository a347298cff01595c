import { randomBytes } from 'node:crypto';
import { Secret } from '../../crypto/secret.js';
import { formatRootKeyFile } from './root-key-file.js';
import { sealFile, type FileSeal } from './sealed-file.js';
import { createFile } from './write-root-key-file.js';

/**
 * Makes a new root key file with one version, mode 0600. For a first start on an empty database only: a new root opens
 * nothing that an older one wrapped.
 * @param path from `localRootKeyPath`; its directory exists
 * @param seal encrypts the file
 * @returns the new root's id
 * @throws KmsError conflict if the file exists, root-unavailable if it cannot be written
 */
export async function createLocalRootKey(path: string, seal?: FileSeal): Promise<string> {
  const id = `local:${randomBytes(16).toString('hex')}`;
  const key = new Secret(randomBytes(32));
  const text = formatRootKeyFile({ id, versions: new Map([[1, { createdAt: new Date().toISOString(), key }]]) });
  try {
    await createFile(path, seal ? sealFile(seal, text) : text);
  } finally {
    text.fill(0);
    key.destroy();
  }
  return id;
}
