import { mkdtemp, rm } from 'node:fs/promises';
import { NoTracer } from '../../src/tracer.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyringSecrets } from '../../src/operations/keyring-secrets.js';
import { OidcIssuers } from '../../src/access/oidc/oidc-issuers.js';
import { LastUse } from '../../src/operations/last-use.js';
import { Limits, STANDARD_LIMITS } from '../../src/operations/limits/limits.js';
import { LoadedKeys } from '../../src/operations/loaded-keys.js';
import { RootCeremony } from '../../src/operations/root-ceremony.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { openRootKey } from '../../src/roots/providers.js';
import { RootKeys } from '../../src/roots/root-keys.js';
import { Database } from '../../src/storage/database.js';
import { LedgerOnPostgres } from '../../src/storage/ledger/open-ledger.js';
import { migrate } from '../../src/storage/migrate.js';
import { UsageCounter } from '../../src/operations/usage/usage-counter.js';
import { PostgresDueKeys } from '../../src/storage/postgres-due-keys.js';
import { PostgresOutbox } from '../../src/storage/postgres-outbox.js';
import { PostgresKeyUses } from '../../src/storage/postgres-key-uses.js';
import { PostgresCredentialUses } from '../../src/storage/postgres-credential-uses.js';
import { PostgresImportTokens } from '../../src/storage/postgres-import-tokens.js';
import { PostgresInstallStore } from '../../src/storage/postgres-install-store.js';
import { PostgresLoginAttempts } from '../../src/storage/postgres-login-attempts.js';
import { PostgresMaintenanceStore } from '../../src/storage/postgres-maintenance-store.js';
import { PostgresMaterialStore } from '../../src/storage/postgres-material-store.js';
import { PostgresMessageCounters } from '../../src/storage/postgres-message-counters.js';
import { PostgresNodes } from '../../src/storage/postgres-nodes.js';
import { PostgresRootMigrations } from '../../src/storage/postgres-root-migrations.js';
import { PostgresRootWrappings } from '../../src/storage/postgres-root-wrappings.js';
import { PostgresWrappingStore } from '../../src/storage/postgres-wrapping-store.js';
import { openTestLog } from './test-log.js';
import { createTestDatabase } from './database.js';
import { SilentMeter } from './memory-deps.js';
import { TestClock } from './memory-stores.js';
import { foundBed, type TestBed } from './test-bed.js';

export interface PostgresBed extends TestBed {
  /** Past the service: as somebody does who may write to the database. */
  query<Row>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** Everything that operations need, on a real PostgreSQL; only the clock is the test's own. */
export async function makePostgresBed(): Promise<PostgresBed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keystead-operations-'));
  await createLocalRootKey(join(dataDir, 'root.key'));
  const root = await openRootKey('local:', { dataDir });
  const testDatabase = await createTestDatabase({ template: migrate });
  const { url } = testDatabase;
  const database = await Database.open({ dataDir, url, migrationUrl: undefined, poolSize: 4, log: () => undefined });
  const { reads, changes } = database;
  const log = openTestLog(database);
  const clock = new TestClock();
  const wrappings = new PostgresWrappingStore(reads);
  const secrets = new KeyringSecrets(() => [root], wrappings, { provenForMs: 60_000, graceMs: 0 });
  const settings = { cacheKeys: 1000, cacheMs: 60_000, log: () => undefined };
  const opened = new LedgerOnPostgres(database, secrets, clock, log.writer, settings);
  const deps = {
    ledger: opened.ledger,
    journal: log.journal,
    log: log.published,
    clock,
    secrets,
    loaded: new LoadedKeys(secrets, 1000),
    importTokens: new PostgresImportTokens(reads),
    counters: new PostgresMessageCounters(changes, secrets),
    materials: new PostgresMaterialStore(changes),
    maintenance: new PostgresMaintenanceStore(changes),
    root: new RootCeremony(
      new RootKeys(root, undefined),
      new PostgresRootMigrations(changes),
      new PostgresRootWrappings(changes),
      new PostgresNodes(changes),
    ),
    rootPatienceMs: 600_000,
    meter: new SilentMeter(),
    tracer: new NoTracer(),
    limits: new Limits(STANDARD_LIMITS),
    issuers: new OidcIssuers([]),
    lastUse: new LastUse(new PostgresCredentialUses(changes)),
    loginAttempts: new PostgresLoginAttempts(changes),
    sessionSeconds: 3600,
    dueKeys: new PostgresDueKeys(changes),
    outbox: new PostgresOutbox(changes),
    usage: new UsageCounter(new PostgresKeyUses(changes)),
    engineClock: clock,
    monotonicNow: () => performance.now(),
    rotateSoon: () => undefined,
    node: 'test',
  };
  const dispose = async () => {
    await opened.stop();
    await database.stop();
    await root.close();
    await testDatabase.drop();
    await rm(dataDir, { recursive: true });
  };
  const bed = await foundBed(deps, clock, new PostgresInstallStore(changes, clock, log.writer), dispose);
  await opened.start();
  return { ...bed, query: (sql, values) => changes.query(sql, values) };
}
