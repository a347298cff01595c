import { setTimeout as sleep } from 'node:timers/promises';
import { sendSignal } from './end-process.js';
import type { Postmaster } from './launch-postmaster.js';

/** What happens to a server under supervision. */
export type SupervisorEvent =
  | { readonly kind: 'ended'; readonly pid: number; readonly how: string }
  | { readonly kind: 'restart-failed'; readonly attempt: number; readonly error: unknown }
  | { readonly kind: 'restarted'; readonly pid: number; readonly attempt: number };

const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 10_000;
/** A server that has run this long starts the pauses anew when it ends. */
const HEALTHY_AFTER = 60_000;

/**
 * Keeps one server running: when it ends on its own it is launched again, at once the first time, then after pauses that
 * double up to ten seconds, for as long as it takes.
 */
export class Supervisor {
  #postmaster: Postmaster;
  readonly #stopping = new AbortController();
  readonly #watch: Promise<void>;
  #stopped: Promise<void> | undefined;

  constructor(
    first: Postmaster,
    private readonly launch: () => Promise<Postmaster>,
    private readonly onEvent: (event: SupervisorEvent) => void,
  ) {
    this.#postmaster = first;
    process.on('exit', this.#leave);
    this.#watch = this.#keepRunning();
  }

  /** The process id of the running server, or of the last one while it is being restarted. */
  get pid(): number {
    return this.#postmaster.pid;
  }

  /** Stops the server for good. A second call waits for the same end and does not hurry it. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#postmaster.stop();
    await this.#watch;
    process.off('exit', this.#leave);
  }

  async #keepRunning(): Promise<void> {
    let attempt = 0;
    while (!this.#isStopping()) {
      const since = performance.now();
      const how = await this.#postmaster.ended;
      if (this.#isStopping()) return;
      if (performance.now() - since > HEALTHY_AFTER) attempt = 0;
      this.onEvent({ kind: 'ended', pid: this.#postmaster.pid, how });
      do {
        if (attempt > 0) await this.#pause(Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE));
        attempt += 1;
      } while (!this.#isStopping() && !(await this.#relaunch(attempt)));
    }
  }

  async #relaunch(attempt: number): Promise<boolean> {
    try {
      this.#postmaster = await this.launch();
    } catch (error) {
      this.onEvent({ kind: 'restart-failed', attempt, error });
      return false;
    }
    if (this.#isStopping()) await this.#postmaster.stop();
    else this.onEvent({ kind: 'restarted', pid: this.#postmaster.pid, attempt });
    return true;
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  /** Node is going without having stopped us: ask the server to follow, rather than leave an orphan. */
  readonly #leave = () => {
    if (this.#postmaster.alive) sendSignal(this.#postmaster.pid, 'SIGINT');
  };
}
