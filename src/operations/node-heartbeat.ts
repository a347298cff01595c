import { isKmsError } from '../errors.js';
import type { WrappingStore } from '../keys/wrapped-object.js';
import type { RootKey } from '../roots/root-key.js';
import { CANARY, wrappedContext } from './keyring-secrets.js';
import type { RootCeremony } from './root-ceremony.js';

const EVERY_MS = 10_000;

/** Says every 10 seconds that this node lives and which roots it opens, and hears how far a root migration is. */
export class NodeHeartbeat {
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  #stopped = false;

  /**
   * @param node      its id, new at every start, and its name
   * @param afterBeat called after a beat while a migration waits for confirmations, so that it goes on within seconds
   */
  constructor(
    private readonly ceremony: RootCeremony,
    private readonly wrappings: WrappingStore,
    private readonly node: { readonly id: string; readonly name: string },
    private readonly afterBeat: () => Promise<void> = async () => undefined,
  ) {}

  /**
   * The first beat; then the others. To be awaited before the node serves.
   * @throws KmsError wrong-root-key when the database has moved to a root that this node does not have; database-unavailable
   */
  async start(): Promise<void> {
    await this.beat();
    this.ceremony.unwrapping();
    this.#schedule();
  }

  /** No more beats; the others stop waiting for this node at once. */
  async stop(): Promise<void> {
    await this.pause();
    await this.ceremony.nodes.leave(this.node.id).catch(() => undefined);
  }

  /** No more beats, and nothing said: the others wait for this node for another minute. */
  async pause(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#beating?.catch(() => undefined);
  }

  /** @throws KmsError database-unavailable */
  async beat(): Promise<void> {
    const wrapped = await this.wrappings.find(CANARY);
    const opens = async (root: RootKey) => {
      const own = wrapped.find(({ rootId }) => rootId === root.id);
      if (!own) return [];
      try {
        (await root.unwrap(own, wrappedContext(CANARY))).destroy();
        return [root.id];
      } catch (error) {
        if (isKmsError(error)) return [];
        throw error;
      }
    };
    const rootIds = (await Promise.all(this.ceremony.configured.map(opens))).flat();
    await this.ceremony.nodes.beat({ ...this.node, rootIds });
    const migration = await this.ceremony.refresh();
    if (migration?.phase === 'confirming') void this.afterBeat().catch(() => undefined);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#beating = this.beat();
      void this.#beating.catch(() => undefined).finally(() => this.#schedule());
    }, EVERY_MS);
    this.#timer.unref();
  }
}
