import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateToken } from '../../src/access/token.js';
import { foundInstall, openInstall, type FirstCaller } from '../../src/operations/found-install.js';
import { KeyringSecrets } from '../../src/operations/keyring-secrets.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { openRootKey } from '../../src/roots/providers.js';
import type { RootKey } from '../../src/roots/root-key.js';
import { Database } from '../../src/storage/database.js';
import { DatabaseClock } from '../../src/storage/database-clock.js';
import { LedgerOnPostgres } from '../../src/storage/ledger/open-ledger.js';
import { migrate } from '../../src/storage/migrate.js';
import { PostgresInstallStore } from '../../src/storage/postgres-install-store.js';
import { PostgresWrappingStore } from '../../src/storage/postgres-wrapping-store.js';
import { openTestLog, type TestLog } from './test-log.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** An install on a real PostgreSQL with a real root, of which any number of nodes may be opened. */
export class PostgresInstall {
  readonly #nodes: InstallNode[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly directory: string,
    readonly root: RootKey,
  ) {}

  static async make(callers: readonly FirstCaller[] = []): Promise<PostgresInstall> {
    const directory = await mkdtemp(join(tmpdir(), 'keystead-install-'));
    await createLocalRootKey(join(directory, 'root.key'));
    const root = await openRootKey('local:', { dataDir: directory });
    const database = await createTestDatabase({ template: migrate });
    const install = new PostgresInstall(database, directory, root);
    const node = await install.openNode(false);
    await foundInstall(node.store, node.secrets, callers, new Date());
    await node.open();
    return install;
  }

  get first(): InstallNode {
    const [node] = this.#nodes;
    if (!node) throw new Error('the install has no node');
    return node;
  }

  async openNode(open = true): Promise<InstallNode> {
    const node = await InstallNode.connect(this.database.url, this.directory, this.root);
    this.#nodes.push(node);
    if (open) await node.open();
    return node;
  }

  async close(): Promise<void> {
    for (const node of this.#nodes) await node.close();
    await this.root.close();
    await this.database.drop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** What one process holds of an install. */
export class InstallNode {
  readonly #opened: LedgerOnPostgres;

  private constructor(
    readonly database: Database,
    readonly clock: DatabaseClock,
    readonly secrets: KeyringSecrets,
    readonly log: TestLog,
    readonly store: PostgresInstallStore,
  ) {
    this.#opened = new LedgerOnPostgres(database, secrets, clock, log.writer, {
      cacheKeys: 1000,
      cacheMs: 60_000,
      log: () => undefined,
    });
  }

  static async connect(url: string, dataDir: string, root: RootKey): Promise<InstallNode> {
    const database = await Database.open({
      dataDir,
      url,
      migrationUrl: undefined,
      migrate: true,
      poolSize: 4,
      log: () => undefined,
    });
    const clock = new DatabaseClock(database.reads);
    await clock.start();
    const proof = { provenForMs: 60_000, graceMs: 60_000 };
    const secrets = new KeyringSecrets(() => [root], new PostgresWrappingStore(database.reads), proof);
    const log = openTestLog(database);
    return new InstallNode(
      database,
      clock,
      secrets,
      log,
      new PostgresInstallStore(database.changes, clock, log.writer),
    );
  }

  get ledger() {
    return this.#opened.ledger;
  }

  get opened(): LedgerOnPostgres {
    return this.#opened;
  }

  async open(): Promise<void> {
    await openInstall(this.secrets);
    await this.#opened.start();
  }

  async close(): Promise<void> {
    await this.#opened.stop();
    this.clock.stop();
    await this.database.stop();
  }
}

export function firstCaller(
  name: string,
  role: FirstCaller['role'],
  scope: FirstCaller['scope'] = 'default',
): FirstCaller {
  return { name, type: 'service', role, scope, token: generateToken().token, purpose: 'api', days: 1 };
}
