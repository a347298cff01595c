import type { Checkpointer } from './checkpointer.js';
import type { Projection } from './projection.js';
import type { Sequencer } from './sequencer.js';

const EVERY_MS = 100;
const CHECKPOINT_EVERY_MS = 1000;

/** What every node does for the log in the background: order, search index, checkpoint. Nothing waits for it. */
export class LogKeeper {
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  #wake: () => void = () => undefined;
  #signedAt = -Infinity;

  /** @param onFailure is told each time a step failed; the next round tries again */
  constructor(
    private readonly sequencer: Sequencer,
    private readonly projection: Projection,
    private readonly checkpointer: Checkpointer,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** After a last round, so that a log that was shut down in order is ordered and signed. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#stopping.abort();
    this.#wake();
    await this.#running;
    this.#running = undefined;
    this.#signedAt = -Infinity;
    await this.#round();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#round();
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, EVERY_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopping.signal.aborted) this.#wake();
    });
  }

  async #round(): Promise<void> {
    await this.#try(() => this.sequencer.tick(false));
    await this.#try(() => this.projection.catchUp());
    if (performance.now() - this.#signedAt < CHECKPOINT_EVERY_MS) return;
    this.#signedAt = performance.now();
    await this.#try(() => this.checkpointer.sign());
  }

  async #try(step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.onFailure(error);
    }
  }
}
