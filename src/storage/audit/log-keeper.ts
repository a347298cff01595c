import { isKmsError } from '../../errors.js';
import type { Checkpointer } from './checkpointer.js';
import type { Inbox } from './inbox.js';
import type { LogWatch } from './log-watch.js';
import type { Projection } from './projection.js';
import type { Sequencer } from './sequencer.js';

const EVERY_MS = 100;
/** Sooner than the second that is promised: a round may be late. */
const CHECKPOINT_EVERY_MS = 500;
const PURGE_EVERY_MS = 4000;

/**
 * What every node does for the log in the background. Nothing waits for it. Order and checkpoints are one lane, the search index another: the
 * index falls behind under overload, and holds up neither.
 */
export class LogKeeper {
  #running: Promise<unknown> | undefined;
  readonly #stopping = new AbortController();
  #signedAt = -Infinity;
  #purgedAt = -Infinity;
  /** By step: what it fails with. */
  readonly #failures = new Map<string, string>();

  /** @param onFailure is told each time a step failed; the next round tries again */
  constructor(
    private readonly sequencer: Sequencer,
    private readonly projection: Projection,
    private readonly checkpointer: Checkpointer,
    private readonly inbox: Inbox,
    private readonly watch: LogWatch,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** What keeps records from being ordered, searched or signed; undefined: nothing. */
  get failure(): string | undefined {
    const { leftOut } = this.sequencer;
    const streams = leftOut > 0 ? [`${leftOut} streams are left out`] : [];
    const all = [...streams, ...this.#failures.values()];
    return all.length > 0 ? all.join('; ') : undefined;
  }

  start(): void {
    this.#running ??= Promise.all([this.#repeat(() => this.#order()), this.#repeat(() => this.#index())]);
  }

  /** After a last round, so that a log that was shut down in order is ordered and signed. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#stopping.abort();
    await this.#running;
    this.#running = undefined;
    this.#signedAt = -Infinity;
    await this.#order();
  }

  async #repeat(round: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await round();
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stopping;
      const timer = setTimeout(done, EVERY_MS);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }

  async #order(): Promise<void> {
    do await this.#try('ordering', () => this.sequencer.tick(false));
    while (this.sequencer.isBehind && !this.#isCheckpointDue());
    if (!this.#isCheckpointDue()) return;
    this.#signedAt = performance.now();
    await this.#try('signing', () => this.checkpointer.sign());
    if (this.#isPurgeDue()) await this.#try('purging', () => this.inbox.purge());
    await this.#try('looking', () => this.watch.look());
  }

  /** What is not signed may be evidence. */
  #isPurgeDue(): boolean {
    if (this.#failures.has('signing') || performance.now() - this.#purgedAt < PURGE_EVERY_MS) return false;
    this.#purgedAt = performance.now();
    return true;
  }

  #isCheckpointDue(): boolean {
    return performance.now() - this.#signedAt >= CHECKPOINT_EVERY_MS;
  }

  async #index(): Promise<void> {
    const mayGoOn = () => !this.sequencer.isBehind && !this.#stopping.signal.aborted;
    if (mayGoOn()) await this.#try('searching', () => this.projection.advance(mayGoOn));
  }

  async #try(what: string, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
      this.#failures.delete(what);
    } catch (error) {
      // Of another error the text may be of a statement, or of its values.
      this.#failures.set(what, isKmsError(error) ? error.detail : `${what} fails: the service's log says why`);
      this.onFailure(error);
    }
  }
}
