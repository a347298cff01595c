import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateBootstrapToken } from '../../src/admin/generate-token.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { APPLICATION_ROLE, ROLE } from '../../src/storage/embedded/ensure-database.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.js';
import { makeCallers } from '../support/make-callers.js';
import type { Tokens } from '../support/server.js';
import { until } from '../support/until.js';
import { query } from '../support/with-embedded-postgres.js';
import { killPostgres } from './kill-postgres.js';
import { Node } from './node.js';

/** Of `Sequencer`: who holds it gives records their order. */
const SEQUENCING_LOCK = 7_300_020;
/** Whose answer nobody takes off the line is not at work. */
const LEADER = `select pid, application_name as name, state = 'active' and wait_event is distinct from 'ClientWrite' as "isAtWork"
  from pg_stat_activity join pg_locks using (pid) where locktype = 'advisory' and objid = ${SEQUENCING_LOCK} and granted`;

interface Leader {
  readonly pid: number;
  readonly name: string;
  readonly isAtWork: boolean;
}

/** Several nodes, each with a data directory of its own, on one PostgreSQL of their own that flushes what it commits. */
export class Cluster {
  private constructor(
    readonly directory: string,
    private readonly postgres: EmbeddedPostgres,
    readonly nodes: readonly Node[],
    readonly tokens: Tokens,
    /** How often PostgreSQL came back. */
    private readonly restarts: { count: number },
  ) {}

  static async start(size: number): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), 'keystead-cluster-'));
    const restarts = { count: 0 };
    const postgres = await startEmbeddedPostgres({
      dataDir: directory,
      onEvent: ({ kind }) => (restarts.count += kind === 'restarted' ? 1 : 0),
    });
    const root = join(directory, 'root.key');
    await createLocalRootKey(root);
    const bootstrap = generateBootstrapToken();
    const file = (name: string) => `file:${join(directory, name)}`;
    const nodes: Node[] = [];
    for (let number = 0; number < size; number++) {
      const name = `node-${number}`;
      const env = {
        KEYSTEAD_NODE_NAME: name,
        KEYSTEAD_MIGRATION_DATABASE_URL: postgres.url,
        KEYSTEAD_ROOT_KEY: `local:${root}`,
        KEYSTEAD_BOOTSTRAP_TOKEN: bootstrap,
        KEYSTEAD_AUDIT_SIGNER: join(directory, 'audit-signer.json'),
        KEYSTEAD_AUDIT_SINKS: file('delivered.jsonl'),
        KEYSTEAD_AUDIT_CHECKPOINTS: file(`signed-by-${name}.txt`),
        KEYSTEAD_AUDIT_CHECKPOINT_SECONDS: '1',
      };
      const databaseUrl = `${postgres.url.replace(`//${ROLE}@`, `//${APPLICATION_ROLE}@`)}?application_name=${name}`;
      const node = new Node(name, { dataDir: join(directory, name), databaseUrl, env });
      nodes.push(node);
      // It makes the signer's key.
      if (number === 0) await node.up();
    }
    await Promise.all(nodes.map((node) => node.up()));
    const tokens = await makeCallers({ url: nodes[0]?.url ?? '' }, bootstrap);
    return new Cluster(directory, postgres, nodes, tokens, restarts);
  }

  /** A node that serves. */
  async anyNode(): Promise<Node> {
    for (;;) {
      const up = this.nodes.filter(({ isUp }) => isUp);
      const node = up[Math.floor(Math.random() * up.length)];
      if (node) return node;
      await sleep(20);
    }
  }

  /** With -9, all its processes; waits until it is back. */
  killPostgres(): Promise<void> {
    return this.#restarted(() => killPostgres(this.directory));
  }

  /** An immediate shutdown: it recovers as after a crash. */
  restartPostgres(): Promise<void> {
    return this.#restarted(() => process.kill(this.postgres.pid, 'SIGQUIT'));
  }

  async #restarted(end: () => unknown): Promise<void> {
    const wanted = this.restarts.count + 1;
    await end();
    await until(() => this.restarts.count >= wanted);
  }

  /** Stops a node while it gives records their order: nobody else can until it goes on, is killed, or loses its session. */
  async freezeLeader(): Promise<Node> {
    for (;;) {
      const leader = await this.#leader();
      const node = this.nodes.find(({ name, isUp }) => isUp && name === leader?.name);
      if (!node) continue;
      node.freeze();
      // What it had sent is still carried out, and may be the end of it.
      let frozen = await this.#leader();
      while (frozen?.name === node.name && frozen.isAtWork) frozen = await this.#leader();
      if (frozen?.name === node.name) return node;
      node.thaw();
    }
  }

  /** As PostgreSQL does it after a while with who holds a lock and does nothing. */
  async endSessionOf({ name }: Node): Promise<void> {
    const leader = await this.#leader();
    if (leader?.name !== name) throw new Error(`${name} does not lead`);
    await this.sql(`select pg_terminate_backend(${leader.pid})`);
  }

  /** How many records have their place. */
  async ordered(): Promise<number> {
    const [tree] = await this.sql<{ size: string }>('select size from audit_tree');
    return Number(tree?.size);
  }

  async #leader(): Promise<Leader | undefined> {
    return (await this.sql<Leader>(LEADER))[0];
  }

  /** As a superuser of the database. */
  async sql<Row>(statement: string): Promise<Row[]> {
    const url = this.postgres.url.replace(`//${ROLE}@`, '//postgres@');
    return (await query(url, statement)) as Row[];
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
    await this.postgres.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
