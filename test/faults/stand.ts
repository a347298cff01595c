import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateBootstrapToken } from '../../src/admin/generate-token.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeCallers } from '../support/make-callers.js';
import { Server, type ServerOptions, type Tokens } from '../support/server.js';

export type DatabaseKind = 'embedded' | 'external';

/** A real server that is killed and started again, at the same address and on the same data. */
export class Stand {
  #server: Server;
  #up: Promise<void> = Promise.resolve();

  private constructor(
    server: Server,
    readonly tokens: Tokens,
    private readonly options: ServerOptions,
    private readonly database: TestDatabase | undefined,
  ) {
    this.#server = server;
  }

  static async start(kind: DatabaseKind): Promise<Stand> {
    const dataDir = await mkdtemp(join(tmpdir(), 'keystead-fault-'));
    if (kind === 'embedded') {
      const server = await Server.start({ dataDir });
      return new Stand(server, await server.tokens(), { dataDir, port: server.port }, undefined);
    }
    const root = join(dataDir, 'root.key');
    await createLocalRootKey(root);
    const database = await createTestDatabase();
    const token = generateBootstrapToken();
    const options = { dataDir, databaseUrl: database.url, env: { KEYSTEAD_ROOT_KEY: `local:${root}` } };
    const server = await Server.start({ ...options, env: { ...options.env, KEYSTEAD_BOOTSTRAP_TOKEN: token } });
    return new Stand(server, await makeCallers(server, token), { ...options, port: server.port }, database);
  }

  get url(): string {
    return this.#server.url;
  }

  get dataDir(): string {
    return this.#server.dataDir;
  }

  /** What the server printed since its last start. */
  get output(): string {
    return this.#server.output;
  }

  /** Kills it at once, without any warning, and starts it again. */
  kill(): Promise<void> {
    const dead = this.#server;
    dead.process.kill('SIGKILL');
    this.#up = dead
      .ended()
      .then(() => Server.start(this.options))
      .then((server) => void (this.#server = server));
    return this.#up;
  }

  /** Waits while it is being started again. */
  up(): Promise<void> {
    return this.#up;
  }

  async remove(): Promise<void> {
    await this.#up.catch(() => undefined);
    await this.#server.remove();
    await this.database?.drop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
