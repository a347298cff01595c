import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster.js';
import type { Balancer } from './balancer.js';
import { KeyWriter } from './key-writer.js';
import { encryptMessage, type Message } from './message.js';
import type { Observed } from './observed.js';
import { PersistentClient } from './persistent-client.js';
import { Revoker } from './revoker.js';

const ENCRYPTERS = 4;
const WRITERS = 2;
/** The clients are not there to find out how fast the service is. */
const PAUSE_MS = 20;

/** Applications and administrators at work, each with one request at a time, until they are stopped. */
export class Workload {
  readonly messages: Message[] = [];
  readonly writers: readonly KeyWriter[];
  /** For looking at things afterwards. */
  readonly admin: PersistentClient;
  readonly app: PersistentClient;
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly cluster: Cluster,
    private readonly balancer: Balancer,
    private readonly observed: Observed,
  ) {
    this.admin = this.#client(cluster.tokens.keyAdmin);
    this.app = this.#client(cluster.tokens.app);
    this.writers = Array.from(
      { length: WRITERS },
      (_, number) => new KeyWriter(`writer-${number}`, this.#client(cluster.tokens.keyAdmin), this.app),
    );
  }

  async start(): Promise<void> {
    const { id } = await this.admin.ask((client) => client.keys.create({ name: 'shared' }));
    const { nodes, tokens } = this.cluster;
    const revoker = new Revoker(this.observed, nodes, this.#client(tokens.keyAdmin), this.app, tokens.app);
    this.#running = Promise.all([
      ...Array.from({ length: ENCRYPTERS }, () => this.#repeat(() => this.#encrypt(id))),
      ...this.writers.map((writer) => this.#repeat(() => writer.write())),
      this.#repeat(() => revoker.revoke()),
    ]);
  }

  /** Each ends what it is at. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  #client(token: string): PersistentClient {
    return new PersistentClient(this.observed, this.balancer.url, token);
  }

  /** What is refused, and should not be, is a wrong answer; the client goes on with the next thing. */
  async #repeat(work: () => Promise<void>): Promise<void> {
    while (!this.#isStopped) {
      await work().catch((error: unknown) => this.observed.wrong.add(String(error)));
      await sleep(PAUSE_MS);
    }
  }

  async #encrypt(key: string): Promise<void> {
    this.messages.push(await encryptMessage(this.app, key));
    const earlier = this.messages[Math.floor(Math.random() * this.messages.length)];
    if (!earlier) return;
    const { plaintext, ciphertext } = earlier;
    const decrypted = await this.app.ask((client) => client.decrypt({ ciphertext }));
    if (!decrypted.plaintext.equals(plaintext)) this.observed.wrong.add(`decrypted to something else under ${key}`);
  }
}
