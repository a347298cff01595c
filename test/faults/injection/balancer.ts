import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from '../node.js';
import { connected, Relay } from '../../support/relay.js';

const LOOK_EVERY_MS = 250;
const PATIENCE_MS = 2000;

/** What stands before the nodes: a new connection goes to the next node that says that it is ready, or to any when none does. */
export class Balancer {
  readonly #ready = new Set<Node>();
  readonly #lastReadyAt = new Map<Node, number>();
  readonly #stopped = new AbortController();
  readonly #looking: Promise<unknown>;
  #relay: Relay | undefined;
  #turn = 0;

  private constructor(private readonly nodes: readonly Node[]) {
    this.#looking = Promise.all(nodes.map((node) => this.#look(node)));
  }

  static async start(nodes: readonly Node[]): Promise<Balancer> {
    const balancer = new Balancer(nodes);
    balancer.#relay = await Relay.start(() => balancer.#connect());
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#relay?.port}`;
  }

  /** Nodes that did not say since then (`performance.now()`) that they are ready. */
  notReadySince(from: number): readonly Node[] {
    return this.nodes.filter((node) => (this.#lastReadyAt.get(node) ?? 0) < from);
  }

  /** Resets all connections of clients. */
  cut(): number {
    return this.#relay?.cut() ?? 0;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#looking;
    await this.#relay?.stop();
  }

  async #connect(): Promise<Socket | undefined> {
    const turn = this.#turn++;
    const inTurn = this.nodes.map((_, at) => this.nodes[(turn + at) % this.nodes.length] as Node);
    const [ready, others] = [true, false].map((wanted) => inTurn.filter((node) => this.#ready.has(node) === wanted));
    for (const { url } of [...(ready ?? []), ...(others ?? [])]) {
      const socket = await connected({ port: Number(new URL(url).port) });
      if (socket) return socket;
    }
    return undefined;
  }

  async #look(node: Node): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const asked = performance.now();
      const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      const answer = await fetch(`${node.url}/health/ready`, { signal: patience }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok === true) {
        this.#ready.add(node);
        this.#lastReadyAt.set(node, asked);
      } else this.#ready.delete(node);
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
