import { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { KmsError } from '../errors.js';
import { boundedClient } from './bounded-client.js';
import { openDataSource } from './data-source.js';
import { APPLICATION_ROLE } from './embedded/ensure-database.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded/start-embedded-postgres.js';
import type { Tracer } from '../tracer.js';
import { hasPendingMigrations, migrate, migrateFor } from './migrate.js';
import { tracedClient } from './traced-client.js';

export interface DatabaseSettings {
  readonly dataDir: string;
  /** undefined: embedded. */
  readonly url: string | undefined;
  /** An owner role's, for migrations. */
  readonly migrationUrl: string | undefined;
  /** false: somebody else migrates, before. */
  readonly migrate?: boolean;
  readonly poolSize: number;
  readonly log: (line: string) => void;
  readonly tracer?: Tracer;
}

/** The database as the service uses it: migrated, with a pool for each kind of work. */
export class Database {
  private constructor(
    readonly url: string,
    readonly embedded: EmbeddedPostgres | undefined,
    /** For reads. */
    readonly reads: DataSource,
    /** For changes, which may wait for locks. */
    readonly changes: DataSource,
    /** For the journal's appends. */
    readonly appends: Pool,
  ) {}

  static async open(settings: DatabaseSettings): Promise<Database> {
    const embedded = settings.url === undefined ? await startEmbedded(settings) : undefined;
    try {
      const url = settings.url ?? asRole(embedded?.url ?? '', APPLICATION_ROLE);
      await bringUpToDate(settings, embedded);
      const bounded = boundedClient();
      const connection = settings.tracer?.isOn ? tracedClient(settings.tracer, bounded) : bounded;
      const appends = new Pool({
        connectionString: url,
        max: 2,
        connectionTimeoutMillis: 2000,
        query_timeout: 5000,
        application_name: 'keystead-journal',
        Client: connection,
      });
      appends.on('error', (error) => settings.log(`journal connection: ${error.message}`));
      return new Database(
        url,
        embedded,
        await openDataSource(url, settings.poolSize, connection),
        await openDataSource(url, settings.poolSize, connection),
        appends,
      );
    } catch (error) {
      await embedded?.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.reads.destroy(), this.changes.destroy(), this.appends.end()]);
    await this.embedded?.stop();
  }
}

function startEmbedded({ dataDir, log }: DatabaseSettings): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir,
    onLog: (line) => log(`postgres: ${line}`),
    onEvent: (event) => log(`embedded PostgreSQL ${event.kind}`),
  });
}

/** @throws KmsError invalid-setting if the schema is old and is not to be migrated here */
async function bringUpToDate(settings: DatabaseSettings, embedded: EmbeddedPostgres | undefined): Promise<void> {
  if (embedded) return migrate(embedded.url, APPLICATION_ROLE);
  const url = settings.url ?? '';
  if (settings.migrate !== false) return migrateFor(url, settings.migrationUrl);
  const dataSource = await openDataSource(url, 1);
  try {
    if (!(await hasPendingMigrations(dataSource))) return;
  } finally {
    await dataSource.destroy();
  }
  throw new KmsError(
    'invalid-setting',
    'KEYSTEAD_MIGRATE: the schema is older than this version; run `keystead database migrate` before, as the role that owns it',
  );
}

function asRole(url: string, role: string): string {
  return url.replace(/^(\w+:\/\/)[^@]*@/, `$1${role}@`);
}
