import { readDatabaseConfig } from '../config/config.js';
import { databaseFailure } from '../storage/database-failure.js';
import { migrateFor } from '../storage/migrate.js';

/**
 * Brings the schema of an external database up to date: what a node does at its start unless KEYSTEAD_MIGRATE is false.
 * @param environment with KEYSTEAD_DATABASE_URL and, where another role owns the schema, KEYSTEAD_MIGRATION_DATABASE_URL
 * @throws KmsError invalid-setting, database-unavailable
 */
export async function migrateDatabase(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { KEYSTEAD_DATABASE_URL: url, KEYSTEAD_MIGRATION_DATABASE_URL: owner } = readDatabaseConfig(environment);
  await migrateFor(url, owner).catch((error: unknown) => {
    throw databaseFailure(error);
  });
}
