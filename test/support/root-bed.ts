import { randomUUID } from 'node:crypto';
import { NoTracer } from '../../src/tracer.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { AuditRecord } from '../../src/audit/record.js';
import type { WrappedObject } from '../../src/keys/wrapped-object.js';
import { INSTALL_SCOPE } from '../../src/ledger/sealed-tables.js';
import type { Arrival } from '../../src/operations/arrival.js';
import type { Deps } from '../../src/operations/deps.js';
import { foundInstall, openInstall } from '../../src/operations/found-install.js';
import { KeyringSecrets } from '../../src/operations/keyring-secrets.js';
import { makeKeyring, putKeyring, type MadeKeyring } from '../../src/operations/keyrings/make-keyring.js';
import { Kms } from '../../src/operations/kms.js';
import { OidcIssuers } from '../../src/access/oidc/oidc-issuers.js';
import { LastUse } from '../../src/operations/last-use.js';
import { Limits, STANDARD_LIMITS } from '../../src/operations/limits/limits.js';
import { LoadedKeys } from '../../src/operations/loaded-keys.js';
import { NodeHeartbeat } from '../../src/operations/node-heartbeat.js';
import { RootCeremony } from '../../src/operations/root-ceremony.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { openRootKey } from '../../src/roots/providers.js';
import type { RootKey } from '../../src/roots/root-key.js';
import { RootKeys } from '../../src/roots/root-keys.js';
import { Database } from '../../src/storage/database.js';
import { DatabaseClock } from '../../src/storage/database-clock.js';
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
import { readLog, openTestLog, type TestLog } from './test-log.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { SilentMeter } from './memory-deps.js';
import { FlakyRoot } from './flaky-root.js';
import { firstCaller } from './postgres-install.js';

/** The settings of a node: names of root keys of the bed, or other root keys. */
interface NodeSettings {
  readonly current: string | RootKey;
  readonly next?: string | RootKey;
  readonly name?: string;
}

const OPERATOR = firstCaller('operator', 'operator', 'everything');
const AUDITOR = firstCaller('auditor', 'auditor', 'everything');

/** A PostgreSQL database with an install under the local root key `a`, and root keys `b` and `c` beside it. */
export class RootBed {
  readonly #nodes: RootNode[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly directory: string,
    /** Ids of the root keys. */
    readonly ids: Readonly<Record<string, string>>,
    readonly sql: Client,
  ) {}

  /** @param keyrings how many besides `default`: each is two objects */
  static async make(keyrings = 0): Promise<RootBed> {
    const directory = await mkdtemp(join(tmpdir(), 'keystead-roots-'));
    const ids: Record<string, string> = {};
    for (const name of ['a', 'b', 'c']) ids[name] = await createLocalRootKey(join(directory, `${name}.key`));
    const database = await createTestDatabase({ template: migrate });
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    const bed = new RootBed(database, directory, ids, sql);
    const founder = await bed.connect({ current: 'a' });
    const store = new PostgresInstallStore(founder.database.changes, founder.deps.clock, founder.log.writer);
    await foundInstall(store, founder.deps.secrets, [OPERATOR, AUDITOR], new Date());
    await founder.open();
    await founder.addKeyrings(keyrings);
    await founder.crash();
    return bed;
  }

  /** A node that serves: its roots proven, its first heartbeat given. It gives the next one when the test says so. */
  async start(settings: NodeSettings): Promise<RootNode> {
    const node = await this.connect(settings);
    await node.open();
    await node.heartbeat.start();
    await node.heartbeat.pause();
    return node;
  }

  async connect(settings: NodeSettings): Promise<RootNode> {
    const node = await RootNode.connect(this, settings);
    this.#nodes.push(node);
    return node;
  }

  /** How many wrappings there are, by root and version: `a/1`. */
  async wrappings(): Promise<Record<string, number>> {
    const { rows } = await this.sql.query<{ root_id: string; root_version: number; n: number }>(
      'select root_id, root_version, count(*)::integer as n from wrapped_key group by 1, 2',
    );
    return Object.fromEntries(rows.map((row) => [`${this.nameOf(row.root_id)}/${row.root_version}`, row.n]));
  }

  nameOf(rootId: string): string {
    return Object.entries(this.ids).find(([, id]) => id === rootId)?.[0] ?? rootId;
  }

  async phase(): Promise<string | undefined> {
    const { rows } = await this.sql.query<{ phase: string }>(
      'select phase from root_migration order by started_at desc limit 1',
    );
    return rows[0]?.phase;
  }

  async records(operation: string): Promise<Pick<AuditRecord, 'caller' | 'outcome' | 'code' | 'detail'>[]> {
    const records = await readLog(this.database.url, { operation });
    return records.map(({ callerName, outcome, code, detail }) => ({
      caller: callerName ?? '',
      outcome,
      code,
      detail,
    }));
  }

  async close(): Promise<void> {
    for (const node of this.#nodes) await node.crash();
    await this.sql.end();
    await this.database.drop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** What one process of the service holds. */
export class RootNode {
  #closed = false;

  private constructor(
    readonly database: Database,
    readonly clock: DatabaseClock,
    readonly current: FlakyRoot,
    readonly next: FlakyRoot | undefined,
    readonly log: TestLog,
    readonly opened: LedgerOnPostgres,
    readonly deps: Deps,
    readonly kms: Kms,
    readonly heartbeat: NodeHeartbeat,
  ) {}

  static async connect(bed: RootBed, { current, next, name = 'node' }: NodeSettings): Promise<RootNode> {
    const { directory: dataDir } = bed;
    const { url } = bed.database;
    const open = async (root: string | RootKey) =>
      new FlakyRoot(typeof root === 'string' ? await openRootKey(`local:${root}.key`, { dataDir }) : root);
    const roots = { current: await open(current), next: next === undefined ? undefined : await open(next) };
    const database = await Database.open({ dataDir, url, migrationUrl: undefined, poolSize: 4, log: () => undefined });
    const { changes, reads } = database;
    const log = openTestLog(database);
    const clock = new DatabaseClock(reads);
    await clock.start();
    const wrappings = new PostgresWrappingStore(reads);
    const root = new RootCeremony(
      new RootKeys(roots.current, roots.next),
      new PostgresRootMigrations(changes),
      new PostgresRootWrappings(changes),
      new PostgresNodes(changes),
    );
    const proof = { provenForMs: 0, graceMs: 0 };
    const secrets = new KeyringSecrets(
      () => root.unwrapping(),
      wrappings,
      proof,
      () => root.wrapping(),
    );
    const settings = { cacheKeys: 100, cacheMs: 60_000, log: () => undefined };
    const opened = new LedgerOnPostgres(database, secrets, clock, log.writer, settings);
    const deps: Deps = {
      ledger: opened.ledger,
      journal: log.journal,
      log: log.published,
      clock,
      secrets,
      loaded: new LoadedKeys(secrets, 100),
      importTokens: new PostgresImportTokens(changes),
      counters: new PostgresMessageCounters(changes, secrets),
      materials: new PostgresMaterialStore(changes),
      maintenance: new PostgresMaintenanceStore(changes),
      root,
      // However slow the machine is: what a call begins is done when it answers.
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
      node: name,
    };
    const heartbeat = new NodeHeartbeat(root, wrappings, { id: randomUUID(), name });
    return new RootNode(database, clock, roots.current, roots.next, log, opened, deps, new Kms(deps), heartbeat);
  }

  /** As a start does, up to the first heartbeat. */
  async open(): Promise<void> {
    await this.deps.root.refresh();
    await openInstall(this.deps.secrets);
    await this.opened.start();
  }

  /** The operator, through the door. */
  operator(idempotencyKey?: string): Promise<Arrival> {
    return this.#arrive(OPERATOR.token, idempotencyKey);
  }

  auditor(): Promise<Arrival> {
    return this.#arrive(AUDITOR.token);
  }

  /** In one change. @returns their ids */
  async addKeyrings(count: number): Promise<string[]> {
    const made: MadeKeyring[] = [];
    for (let i = 0; i < count; i++) {
      const named = { name: `keyring-${randomUUID().slice(-12)}`, description: '' };
      made.push(await makeKeyring(this.deps.secrets, named, new Date()));
    }
    await this.deps.ledger.change([INSTALL_SCOPE], async (change) => made.forEach((one) => putKeyring(change, one)));
    return made.map(({ keyring }) => keyring.id);
  }

  /** Unwraps every object once. @returns how many */
  async unwrapAll(sql: Client): Promise<number> {
    const { rows } = await sql.query<WrappedObject>(
      'select distinct kind, scope_id as "scopeId", version from wrapped_key',
    );
    for (const row of rows) (await this.deps.secrets.unwrap(row)).destroy();
    return rows.length;
  }

  /** Ends like a process that is killed: nobody hears of it. */
  async crash(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.heartbeat.pause();
    await this.opened.stop();
    this.clock.stop();
    await this.database.stop();
    await this.current.close();
    await this.next?.close();
  }

  /** Ends like a process that is asked to. */
  async stop(): Promise<void> {
    await this.heartbeat.stop();
    await this.crash();
  }

  #arrive(token: string, idempotencyKey?: string): Promise<Arrival> {
    const given = idempotencyKey === undefined ? {} : { idempotencyKey };
    return this.kms.arrive({
      door: 'test',
      source: '127.0.0.1',
      requestId: randomUUID(),
      presented: { kind: 'token', token },
      ...given,
    });
  }
}
