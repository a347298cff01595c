import { resolve } from 'node:path';
import { openCheckpoint, type Checkpoint } from '../audit/verifier/open-checkpoint.js';
import type { VerifierKey } from '../audit/verifier/open-note.js';
import { readConfig, type Config } from '../config/config.js';
import { isKmsError } from '../errors.js';
import { openRoots } from '../roots/roots.module.js';
import { APPLICATION_ROLE } from '../storage/embedded/ensure-database.js';
import { startEmbeddedPostgres } from '../storage/embedded/start-embedded-postgres.js';
import { mustBeUnused } from '../storage/backup/must-be-unused.js';
import { databaseFailure } from '../storage/database-failure.js';
import { migrate, migrateFor } from '../storage/migrate.js';
import { CheckpointFile } from './checkpoint-file.js';
import { laterChanges, type LaterLog } from './later-log.js';
import {
  discardNextSigner,
  enterNextEpoch,
  logFiles,
  makeNextSigner,
  signerIn,
  type LogFiles,
} from './log-epoch-files.js';
import { nextOrigin } from './log-origins.js';
import { unsealByKeepers } from './unseal-by-keepers.js';
import { restoreInto, type RestoreReport, type RestoreSource, type RestoreTarget } from './restore-into.js';

/**
 * Fills the empty database of the settings from a backup. No node may run on it.
 * @param environment the server's own: its root key must be the one that the backup was made under
 * @param log         what came after the backup; undefined: nobody knows
 * @throws KmsError conflict, invalid-backup, wrong-root-key, integrity-failure, invalid-setting; NotVerified: nothing was kept
 */
export async function restoreBackup(
  environment: Readonly<Record<string, string | undefined>>,
  source: RestoreSource,
  log: LaterLog | undefined,
): Promise<RestoreReport> {
  const config = readConfig({ ...environment });
  const roots = await openRoots(config, await unsealByKeepers(config, source.share));
  try {
    return await withDatabase(config, (url) =>
      goOnIn(
        logFiles(config),
        (target) => {
          const node = config.KEYSTEAD_NODE_NAME;
          return restoreInto(source, { url, roots, node, ...target });
        },
        log,
      ),
    );
  } finally {
    await roots.close();
  }
}

/**
 * The files of the new epoch are there before the database knows it, and take their place when it does: if not here, then at the next start. They
 * are thrown away only where it is certain that the database does not know them.
 */
export async function goOnIn(
  files: LogFiles,
  restore: (target: Pick<RestoreTarget, 'later' | 'signer'>) => Promise<RestoreReport>,
  log: LaterLog | undefined,
): Promise<RestoreReport> {
  await discardNextSigner(files);
  const own = await signerIn(files);
  const kept = await new CheckpointFile(files.checkpoint).read();
  const keptBy = (signer: VerifierKey): readonly Checkpoint[] =>
    kept !== undefined && own?.name === signer.name ? [openCheckpoint(kept, signer)] : [];
  const report = await restore({
    later: async (backup) => log && laterChanges(log, backup, keptBy),
    signer: async ({ verifierKey }, later) => {
      const names = [own?.name, later?.signer.name].filter((name) => name !== undefined);
      return makeNextSigner(files, nextOrigin(nameIn(verifierKey), ...names));
    },
  }).catch(async (error: unknown) => {
    // A connection that ends may end behind the commit.
    if (!isKmsError(error, 'database-unavailable')) await discardNextSigner(files);
    throw error;
  });
  await enterNextEpoch(files, report.verifierKey);
  return report;
}

async function withDatabase<T>(config: Config, work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const { KEYSTEAD_DATABASE_URL: url, KEYSTEAD_MIGRATION_DATABASE_URL: owner } = config;
  if (url !== undefined) {
    const ownerUrl = owner ?? url;
    await mustBeUnused(ownerUrl);
    await migrateFor(url, owner).catch((error: unknown) => {
      throw databaseFailure(error);
    });
    return work(ownerUrl);
  }
  const embedded = await startEmbeddedPostgres({ dataDir: resolve(config.KEYSTEAD_DATA_DIR) });
  try {
    await mustBeUnused(embedded.url);
    await migrate(embedded.url, APPLICATION_ROLE);
    return await work(embedded.url);
  } finally {
    await embedded.stop();
  }
}

/** `keystead/…/audit/1+id+key` → `keystead/…/audit/1`. */
function nameIn(verifierKey: string): string {
  return verifierKey.split('+')[0] ?? '';
}
