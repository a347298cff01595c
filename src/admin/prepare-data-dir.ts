import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import { createLocalRootKey } from '../roots/local/create-local-root-key.js';
import { localRootKeyPath } from '../roots/local/open-local-root-key.js';

/**
 * Makes the data directory and, for the embedded database's very first start alone, the local root key file. A missing
 * root key beside an existing database is never replaced: opening it will refuse.
 * @returns notes for the operator
 */
export async function prepareDataDir(config: Config): Promise<string[]> {
  const dataDir = resolve(config.KEYSTEAD_DATA_DIR);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (config.KEYSTEAD_DATABASE_URL !== undefined) return [];
  const notes = [
    'Embedded PostgreSQL: for evaluation and single nodes. Production wants an external one (KEYSTEAD_DATABASE_URL).',
  ];
  const uri = config.KEYSTEAD_ROOT_KEY ?? 'local:';
  if (!uri.startsWith('local:')) return notes;
  const path = localRootKeyPath(uri, { dataDir });
  notes.push(
    `Root key: the file ${path}. Whoever has it and the database has every key; without it nothing opens: back it up apart. Production wants another provider (KEYSTEAD_ROOT_KEY=vault+https://…, pkcs11:… or shamir:…).`,
  );
  if ((await exists(path)) || (await exists(resolve(dataDir, 'postgres')))) return notes;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await createLocalRootKey(path);
  return [`Made a new root key: ${path} (mode 0600).`, ...notes];
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
