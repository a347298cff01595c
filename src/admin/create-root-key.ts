import { resolve } from 'node:path';
import { createLocalRootKey } from '../roots/local/create-local-root-key.js';

/**
 * Makes a local root key file, mode 0600, for a first start with KEYSTEAD_ROOT_KEY=local:<path>.
 * @param path from the working directory, if relative; an existing file is left alone
 * @returns the file's absolute path and the root's id
 * @throws KmsError conflict if the file exists, root-unavailable if it cannot be written
 */
export async function createRootKey(path: string): Promise<{ readonly path: string; readonly rootId: string }> {
  const absolute = resolve(path);
  return { path: absolute, rootId: await createLocalRootKey(absolute) };
}
