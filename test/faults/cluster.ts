import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateBootstrapToken } from '../../src/admin/generate-token.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { APPLICATION_ROLE, DATABASE, ROLE } from '../../src/storage/embedded/ensure-database.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.js';
import { makeCallers } from '../support/make-callers.js';
import type { Tokens } from '../support/server.js';
import { until } from '../support/until.js';
import { query } from '../support/with-embedded-postgres.js';
import { relayTo, type Relay } from '../support/relay.js';
import { Node } from './node.js';
import { killPostgres, signalPostgres } from './signal-postgres.js';

/** The node that let the log grow a moment ago. */
const LEADER = `select application_name as name from pg_stat_activity
  where starts_with(query, 'with updated as (update audit_tree set size') and query_start > now() - interval '1 s'
  order by query_start desc limit 1`;

export interface ClusterOptions {
  /** Each node reaches PostgreSQL through a relay of its own. */
  readonly relayed?: boolean;
  /** Another build's `main.js`. */
  readonly program?: string;
}

/** Several nodes, each with a data directory of its own, on one PostgreSQL of their own that flushes what it commits. */
export class Cluster {
  private constructor(
    readonly directory: string,
    private readonly postgres: EmbeddedPostgres,
    readonly nodes: readonly Node[],
    readonly tokens: Tokens,
    /** Of the nodes, in their order, where they are relayed. */
    readonly relays: readonly Relay[],
    /** How often PostgreSQL came back. */
    private readonly restarts: { count: number },
  ) {}

  static async start(size: number, { relayed = false, program }: ClusterOptions = {}): Promise<Cluster> {
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
    const relays: Relay[] = [];
    for (let number = 0; number < size; number++) {
      const name = `node-${number}`;
      if (relayed) relays.push(await relayTo(`${postgres.connection.host}/.s.PGSQL.${postgres.connection.port}`));
      const relay = relays.at(-1);
      const url = relay ? `postgresql://${ROLE}@127.0.0.1:${relay.port}/${DATABASE}` : postgres.url;
      const env = {
        KEYSTEAD_NODE_NAME: name,
        KEYSTEAD_MIGRATION_DATABASE_URL: url,
        KEYSTEAD_ROOT_KEY: `local:${root}`,
        KEYSTEAD_BOOTSTRAP_TOKEN: bootstrap,
        KEYSTEAD_AUDIT_SIGNER: join(directory, 'audit-signer.json'),
        KEYSTEAD_AUDIT_SINKS: file('delivered.jsonl'),
        KEYSTEAD_AUDIT_CHECKPOINTS: file(`signed-by-${name}.txt`),
        KEYSTEAD_AUDIT_CHECKPOINT_SECONDS: '1',
      };
      const databaseUrl = `${url.replace(`//${ROLE}@`, `//${APPLICATION_ROLE}@`)}?application_name=${name}`;
      const node = new Node(name, {
        dataDir: join(directory, name),
        databaseUrl,
        env,
        ...(program !== undefined && { program }),
      });
      nodes.push(node);
      // It makes the signer's key.
      if (number === 0) await node.up();
    }
    await Promise.all(nodes.map((node) => node.up()));
    const tokens = await makeCallers({ url: nodes[0]?.url ?? '' }, bootstrap);
    return new Cluster(directory, postgres, nodes, tokens, relays, restarts);
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

  /** An immediate shutdown: it recovers as after a crash. `SIGINT`: in order, all connections ended. */
  restartPostgres(signal: 'SIGQUIT' | 'SIGINT' = 'SIGQUIT'): Promise<void> {
    return this.#restarted(() => process.kill(this.postgres.pid, signal));
  }

  /** Every process of it stands still, until `thawPostgres`. */
  async freezePostgres(): Promise<void> {
    await signalPostgres(this.directory, 'SIGSTOP');
  }

  async thawPostgres(): Promise<void> {
    await signalPostgres(this.directory, 'SIGCONT');
  }

  async #restarted(end: () => unknown): Promise<void> {
    const wanted = this.restarts.count + 1;
    await end();
    await until(() => this.restarts.count >= wanted);
  }

  /** Stops the node that gives records their order, wherever it is. */
  async freezeLeader(): Promise<Node> {
    for (;;) {
      const [leader] = await this.sql<{ name: string }>(LEADER);
      const node = this.nodes.find(({ name, isUp }) => isUp && name === leader?.name);
      if (!node) continue;
      node.freeze();
      return node;
    }
  }

  /** How many records have their place. */
  async ordered(): Promise<number> {
    const [tree] = await this.sql<{ size: string }>('select size from audit_tree');
    return Number(tree?.size);
  }

  /** As a superuser of the database. */
  async sql<Row>(statement: string): Promise<Row[]> {
    const url = this.postgres.url.replace(`//${ROLE}@`, '//postgres@');
    return (await query(url, statement)) as Row[];
  }

  /** May be called again. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
    await Promise.all(this.relays.map((relay) => relay.stop()));
    await this.postgres.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
