import type { Client } from 'pg';
import { boundedClient } from './bounded-client.js';

export interface RowChange {
  readonly table: string;
  readonly keyring: string | null;
  readonly key: string | null;
  readonly id: string | null;
}

interface Watcher {
  /** A row of a sealed table changed, by whomever. */
  rowChanged(change: RowChange): void;
  /** The revisions that this node has seen. */
  seen(): ReadonlyMap<string, number>;
  /** @param now the heads' revisions; @param before what this node had seen before they were read */
  heads(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): void;
  /** Notifications may have been missed. */
  missed(): void;
}

const POLL_MS = 1000;
const Connection = boundedClient();

/** LISTEN and a poll every second: only a prefetch and an early warning, nothing relies on it. */
export class RowWatch {
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly url: string,
    private readonly watcher: Watcher,
  ) {}

  async start(): Promise<void> {
    await this.#connect();
    this.#poll();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new Connection({
      connectionString: this.url,
      application_name: 'keystead-watch',
      connectionTimeoutMillis: 5000,
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload }) => this.#heard(payload));
    await client.connect();
    await client.query('listen keystead_rows');
    this.#client = client;
  }

  #lost(client: Client): void {
    if (this.#client === client) this.#client = undefined;
  }

  #heard(payload: string | undefined): void {
    try {
      this.watcher.rowChanged(JSON.parse(payload ?? '') as RowChange);
    } catch {
      this.watcher.missed();
    }
  }

  #poll(): void {
    this.#timer = setTimeout(() => {
      void this.#look()
        .catch(() => undefined)
        .finally(() => this.#stopped || this.#poll());
    }, POLL_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (!this.#client) {
      await this.#connect();
      this.watcher.missed();
    }
    const before = this.watcher.seen();
    const result = await this.#client?.query<{ scope_id: string; revision: string }>(
      'select scope_id, revision from head',
    );
    if (result) this.watcher.heads(new Map(result.rows.map((row) => [row.scope_id, Number(row.revision)])), before);
  }
}
