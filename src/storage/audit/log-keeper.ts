import { isKmsError } from '../../errors.js';
import type { Checkpointer } from './checkpointer.js';
import type { Inbox } from './inbox.js';
import type { LogWatch } from './log-watch.js';
import type { Projection } from './projection.js';
import type { Sequencer } from './sequencer.js';

/** Every round ends with a checkpoint: sooner than the second that is promised, as a round may be late. What they cost is by the round more than by the record. */
const ORDER_EVERY_MS = 400;
const INDEX_EVERY_MS = 500;
const TIDY_EVERY_MS = 3000;

/** Of the time in which the event loop could have done something else. */
const OVERLOADED = 0.7;

/**
 * What every node does for the log in the background. Nothing waits for it. Order and checkpoints are one lane, the search index another: the
 * index falls behind under overload, and holds up neither. Whoever searches brings it up to date.
 */
export class LogKeeper {
  #running: Promise<unknown> | undefined;
  readonly #stopping = new AbortController();
  #tidiedAt = -Infinity;
  /** By step: what it fails with. */
  readonly #failures = new Map<string, string>();

  /** @param onFailure is told each time a step failed; the next round tries again; @param isOverloaded is asked in each round of the search index */
  constructor(
    private readonly sequencer: Sequencer,
    private readonly projection: Projection,
    private readonly checkpointer: Checkpointer,
    private readonly inbox: Inbox,
    private readonly watch: LogWatch,
    private readonly onFailure: (error: unknown) => void,
    private readonly isOverloaded = watchLoad(),
  ) {}

  /** What keeps records from being ordered, searched or signed; undefined: nothing. */
  get failure(): string | undefined {
    const { leftOut } = this.sequencer;
    const streams = leftOut > 0 ? [`${leftOut} streams are left out`] : [];
    const all = [...streams, ...this.#failures.values()];
    return all.length > 0 ? all.join('; ') : undefined;
  }

  start(): void {
    this.#running ??= Promise.all([
      this.#repeat(ORDER_EVERY_MS, () => this.#order()),
      this.#repeat(INDEX_EVERY_MS, () => this.#index()),
    ]);
  }

  /** After a last round, so that a log that was shut down in order is ordered and signed. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#stopping.abort();
    await this.#running;
    this.#running = undefined;
    await this.#order(true);
  }

  async #repeat(everyMs: number, round: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await round();
      await this.#pause(everyMs);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stopping;
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }

  async #order(isUrgent = false): Promise<void> {
    const began = performance.now();
    do await this.#try('ordering', () => this.sequencer.tick(isUrgent));
    while (this.sequencer.isBehind && performance.now() - began < ORDER_EVERY_MS);
    await this.#try('signing', () => this.checkpointer.sign());
    if (performance.now() - this.#tidiedAt < TIDY_EVERY_MS) return;
    this.#tidiedAt = performance.now();
    await this.#try('looking', () => this.watch.look());
    // What is not signed may be evidence.
    if (!this.#failures.has('signing')) await this.#try('purging', () => this.inbox.purge());
  }

  async #index(): Promise<void> {
    const mayGoOn = () => !this.sequencer.isBehind && !this.#stopping.signal.aborted;
    if (!this.isOverloaded() && mayGoOn()) await this.#try('searching', () => this.projection.advance(mayGoOn));
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

/** @returns whether this process had hardly a moment to spare since the last time it was asked */
function watchLoad(): () => boolean {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization > OVERLOADED;
  };
}
