import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import { KmsError } from '../errors.js';

/**
 * The embedded database of an empty directory would be set up by opening it.
 * @throws KmsError invalid-setting
 */
export async function mustBeSetUp(config: Config): Promise<void> {
  if (config.KEYSTEAD_DATABASE_URL !== undefined) return;
  const dataDir = resolve(config.KEYSTEAD_DATA_DIR);
  if (await stat(join(dataDir, 'postgres')).catch(() => undefined)) return;
  throw new KmsError('invalid-setting', `KEYSTEAD_DATA_DIR: ${dataDir} holds no install to recover or to go on with`);
}
