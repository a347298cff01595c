import { resolve } from 'node:path';
import { Global, Logger, Module } from '@nestjs/common';
import { CredentialUses } from '../access/credential-uses.js';
import { LoginAttempts } from '../access/login-attempts.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Outbox } from '../events/outbox.js';
import { ImportTokens } from '../keys/import-tokens.js';
import { KeyUses } from '../keys/key-uses.js';
import { MaterialStore } from '../keys/material-store.js';
import { WrappingStore } from '../keys/wrapped-object.js';
import { Clock } from '../ledger/clock.js';
import { DueKeys } from '../ledger/due-keys.js';
import { InstallStore } from '../ledger/install-store.js';
import { MaintenanceStore } from '../ledger/maintenance-store.js';
import { Nodes } from '../ledger/nodes.js';
import { RootMigrations } from '../ledger/root-migrations.js';
import { RootWrappings } from '../ledger/root-wrappings.js';
import { LogWriter } from './audit/log-writer.js';
import { Database } from './database.js';
import { PostgresRootWrappings } from './postgres-root-wrappings.js';
import { PostgresRootMigrations } from './postgres-root-migrations.js';
import { PostgresNodes } from './postgres-nodes.js';
import { DatabaseClock } from './database-clock.js';
import { PostgresCredentialUses } from './postgres-credential-uses.js';
import { PostgresDueKeys } from './postgres-due-keys.js';
import { PostgresImportTokens } from './postgres-import-tokens.js';
import { PostgresInstallStore } from './postgres-install-store.js';
import { PostgresLoginAttempts } from './postgres-login-attempts.js';
import { PostgresKeyUses } from './postgres-key-uses.js';
import { PostgresMaintenanceStore } from './postgres-maintenance-store.js';
import { PostgresMaterialStore } from './postgres-material-store.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { PostgresWrappingStore } from './postgres-wrapping-store.js';
import { Tracer } from '../tracer.js';

/** The database and what needs nothing but it. */
@Global()
@Module({
  providers: [
    { provide: Database, useFactory: openDatabase, inject: [CONFIG, Tracer] },
    { provide: Clock, useFactory: startClock, inject: [Database] },
    {
      provide: WrappingStore,
      useFactory: ({ reads }: Database) => new PostgresWrappingStore(reads),
      inject: [Database],
    },
    { provide: ImportTokens, useFactory: ({ reads }: Database) => new PostgresImportTokens(reads), inject: [Database] },
    {
      provide: MaterialStore,
      useFactory: ({ changes }: Database) => new PostgresMaterialStore(changes),
      inject: [Database],
    },
    {
      provide: MaintenanceStore,
      useFactory: ({ changes }: Database) => new PostgresMaintenanceStore(changes),
      inject: [Database],
    },
    { provide: DueKeys, useFactory: ({ changes }: Database) => new PostgresDueKeys(changes), inject: [Database] },
    { provide: Outbox, useFactory: ({ changes }: Database) => new PostgresOutbox(changes), inject: [Database] },
    { provide: KeyUses, useFactory: ({ changes }: Database) => new PostgresKeyUses(changes), inject: [Database] },
    {
      provide: CredentialUses,
      useFactory: ({ changes }: Database) => new PostgresCredentialUses(changes),
      inject: [Database],
    },
    {
      provide: LoginAttempts,
      useFactory: ({ changes }: Database) => new PostgresLoginAttempts(changes),
      inject: [Database],
    },
    { provide: Nodes, useFactory: ({ changes }: Database) => new PostgresNodes(changes), inject: [Database] },
    {
      provide: RootMigrations,
      useFactory: ({ changes }: Database) => new PostgresRootMigrations(changes),
      inject: [Database],
    },
    {
      provide: RootWrappings,
      useFactory: ({ changes }: Database) => new PostgresRootWrappings(changes),
      inject: [Database],
    },
    {
      provide: InstallStore,
      useFactory: ({ changes }: Database, clock: Clock, log: LogWriter) =>
        new PostgresInstallStore(changes, clock, log),
      inject: [Database, Clock, LogWriter],
    },
  ],
  exports: [
    Database,
    Clock,
    WrappingStore,
    ImportTokens,
    MaterialStore,
    MaintenanceStore,
    DueKeys,
    Outbox,
    KeyUses,
    CredentialUses,
    LoginAttempts,
    Nodes,
    RootMigrations,
    RootWrappings,
    InstallStore,
  ],
})
export class StorageModule {}

function openDatabase(config: Config, tracer: Tracer): Promise<Database> {
  const logger = new Logger('Database');
  return Database.open({
    dataDir: resolve(config.KEYSTEAD_DATA_DIR),
    url: config.KEYSTEAD_DATABASE_URL,
    migrationUrl: config.KEYSTEAD_MIGRATION_DATABASE_URL,
    migrate: config.KEYSTEAD_MIGRATE,
    poolSize: config.KEYSTEAD_DATABASE_POOL,
    log: (line) => logger.debug(line),
    tracer,
  });
}

async function startClock({ reads }: Database): Promise<Clock> {
  const clock = new DatabaseClock(reads);
  await clock.start();
  return clock;
}
