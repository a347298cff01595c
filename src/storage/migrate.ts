import type { DataSource } from 'typeorm';
import { openPatientDataSource } from './data-source.js';

/** Held while migrating, so that nodes that start together migrate once. */
const MIGRATION_LOCK = 7_300_001;

/**
 * Brings the schema up to date.
 * @param url         of a role that owns the schema
 * @param application the role the service runs as, when it is another one: gets what it needs and no more
 */
export async function migrate(url: string, application?: string): Promise<void> {
  const dataSource = await openPatientDataSource(url, 2);
  try {
    const lock = dataSource.createQueryRunner();
    try {
      await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await dataSource.runMigrations({ transaction: 'each' });
      if (application !== undefined) await grantApplication(dataSource, application);
    } finally {
      await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}

/**
 * The same for an external database.
 * @param url          of the role that the service runs as
 * @param migrationUrl of the role that owns the schema, where that is another one
 */
export async function migrateFor(url: string, migrationUrl: string | undefined): Promise<void> {
  const role = migrationUrl === undefined ? '' : decodeURIComponent(new URL(url).username);
  await migrate(migrationUrl ?? url, role || undefined);
}

export async function hasPendingMigrations(dataSource: DataSource): Promise<boolean> {
  // TypeORM would make its table, which a role that only uses the schema may not.
  const [row] = await dataSource.query<{ made: boolean }[]>(`select to_regclass('migration') is not null as made`);
  return row?.made !== true || dataSource.showMigrations();
}

const READ_WRITE = [
  'install',
  'head',
  'keyring',
  'caller',
  'credential',
  'credential_use',
  'binding',
  'role',
  'caller_group',
  'install_setting',
  'approval',
  'pki_authority',
  'certificate',
  'webhook',
  'wrapping_key',
  'key',
  'key_version',
  'alias',
  'policy',
  'campaign',
  'key_use',
  'message_counter',
  'node',
  'root_migration',
  'audit_cursor',
  'audit_tree',
  'audit_tip',
  'audit_span',
  'audit_sink',
];
const PURGEABLE = [
  'due_key',
  'due_keyring',
  'event_delivery',
  'webhook_breaker',
  'wrapped_key',
  'import_token',
  'idempotency_key',
  'login_attempt',
  'audit_record',
];

const APPEND_ONLY = [
  'audit_origin',
  'audit_revision',
  'audit_position',
  'audit_tile',
  'audit_bundle',
  'audit_checkpoint',
  'audit_cosignature',
];
const BY_FUNCTION = ['audit_stream', 'audit_stream_head', 'audit_batch'];
const FUNCTIONS = [
  'audit_open_stream(uuid, text, bytea, text)',
  'audit_lock_stream(uuid)',
  'audit_append(uuid, bigint, integer, bytea, bytea, bytea, bytea, bytea)',
  'audit_drop(bigint)',
  'audit_purge(bigint)',
];

/** No DELETE where nothing is ever deleted, and nothing but SELECT and INSERT, or a function, on the audit log. */
async function grantApplication(dataSource: DataSource, application: string): Promise<void> {
  const [row] = await dataSource.query<{ name: string }[]>('select quote_ident($1) as name', [application]);
  const name = row?.name ?? '';
  await dataSource.query(`grant usage on schema public to ${name}`);
  await dataSource.query(`grant select on migration to ${name}`);
  await dataSource.query(`grant select, insert, update on ${READ_WRITE.join(', ')} to ${name}`);
  await dataSource.query(`grant select, insert, update, delete on ${PURGEABLE.join(', ')} to ${name}`);
  await dataSource.query(`grant select, insert on ${APPEND_ONLY.join(', ')} to ${name}`);
  await dataSource.query(`grant select on ${BY_FUNCTION.join(', ')} to ${name}`);
  await dataSource.query(`grant execute on function ${FUNCTIONS.join(', ')} to ${name}`);
}
