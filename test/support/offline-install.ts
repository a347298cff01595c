import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateToken } from '../../src/access/token.js';
import { withOfflineService } from '../../src/admin/offline.module.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import { openCheckpoint } from '../../src/audit/verifier/open-checkpoint.js';
import type { LaterLog } from '../../src/admin/later-log.js';
import { readConfig } from '../../src/config/config.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { createBinding } from '../../src/operations/access/create-binding.js';
import { createCaller } from '../../src/operations/access/create-caller.js';
import { createToken } from '../../src/operations/access/create-token.js';
import type { Arrival } from '../../src/operations/arrival.js';
import { DEPS, type Deps } from '../../src/operations/deps.js';
import { Kms } from '../../src/operations/kms.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { readEntries } from '../../src/storage/audit/log-tables.js';
import { Database } from '../../src/storage/database.js';
import { createTestDatabase, type TestDatabase } from './database.js';

export type Role = 'administrator' | 'key-admin' | 'crypto-user' | 'auditor' | 'operator';
type Roles = Readonly<Record<Role, string>>;

export type Environment = Readonly<Record<string, string>>;

/** The service without its doors, on a database and in a directory of its own. */
export class OfflineInstall {
  readonly #databases: TestDatabase[] = [];
  readonly #directories: string[] = [];
  #tokens: Partial<Roles> = {};

  private constructor(readonly env: Environment) {}

  /** Set up, with a caller for each role. */
  static async make(): Promise<OfflineInstall> {
    const bootstrap = generateToken().token;
    const dataDir = await mkdtemp(join(tmpdir(), 'keystead-offline-'));
    const root = join(dataDir, 'the-root.key');
    await createLocalRootKey(root);
    const database = await createTestDatabase();
    const env = { KEYSTEAD_DATA_DIR: dataDir, KEYSTEAD_ROOT_KEY: `local:${root}`, KEYSTEAD_DATABASE_URL: database.url };
    const install = new OfflineInstall(env);
    install.#databases.push(database);
    install.#directories.push(dataDir);
    await install.#work({ ...env, KEYSTEAD_BOOTSTRAP_TOKEN: bootstrap }, async (kms) => {
      const first = await arriveWith(kms, bootstrap);
      for (const role of ['administrator', 'key-admin', 'crypto-user', 'auditor', 'operator'] as const) {
        const { output: caller } = await kms.change(createCaller, { name: role, type: 'service' }, first);
        const { output: made } = await kms.change(createToken, { caller: caller.id }, first);
        await kms.change(createBinding, { caller: caller.id, role, scope: { everything: true } }, first);
        install.#tokens = { ...install.#tokens, [role]: made.token };
      }
    });
    return install;
  }

  tokenOf(role: Role): string {
    return this.#tokens[role] ?? '';
  }

  /** The same settings, but an empty database and directory. */
  async elsewhere(): Promise<Environment> {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'keystead-offline-'));
    this.#databases.push(database);
    this.#directories.push(dataDir);
    return { ...this.env, KEYSTEAD_DATA_DIR: dataDir, KEYSTEAD_DATABASE_URL: database.url };
  }

  /** @param as arrives as whoever has the role */
  work<T>(
    env: Environment,
    work: (kms: Kms, as: (role: Role) => Promise<Arrival>, deps: Deps) => Promise<T>,
  ): Promise<T> {
    return this.#work(env, (kms, deps) => work(kms, (role) => arriveWith(kms, this.tokenOf(role)), deps));
  }

  /** An export of the whole log, with the checkpoint over it. */
  async log(env = this.env): Promise<LaterLog & { readonly note: string; readonly entries: readonly Buffer[] }> {
    return withOfflineService(readConfig({ ...env }), async (app) => {
      const log = app.get(AuditLog);
      const note = await log.checkpoint();
      const entries = await readEntries(app.get(Database).reads, 0, Number(note.split('\n')[1]));
      return { ...logOf(entries, [note]), verifierKey: log.verifierKey, note, entries };
    });
  }

  async remove(): Promise<void> {
    for (const database of this.#databases) await database.drop();
    for (const directory of this.#directories) await rm(directory, { recursive: true, force: true });
  }

  #work<T>(env: Environment, work: (kms: Kms, deps: Deps) => Promise<T>): Promise<T> {
    return withOfflineService(readConfig({ ...env }), (app) => work(app.get(Kms), app.get<Deps>(DEPS)));
  }
}

export function logOf(entries: readonly Buffer[], notes: readonly string[]): LaterLog {
  return {
    source: {
      async *entries(from, to) {
        yield* entries.slice(from, to);
      },
    },
    checkpoints: (signer) => notes.map((note) => openCheckpoint(note, signer)),
    verifierKey: undefined,
  };
}

function arriveWith(kms: Kms, token: string): Promise<Arrival> {
  const presented = { kind: 'token', token } as const;
  return kms.arrive({ door: 'rest', source: '127.0.0.1', requestId: uuidv7(), presented });
}
