import { Clock } from '../../ledger/clock.js';

/** The engine's clock for tests and demos, which can be moved on. Credentials and audit records stay on the real time. */
export class TestClock extends Clock {
  #aheadMs = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly real: Clock) {
    super();
  }

  override now(): number {
    return this.real.now() + this.#aheadMs;
  }

  get isMoved(): boolean {
    return this.#aheadMs > 0;
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Runs of the schedule one after the other, so that one that moves the clock tells of all that it brought about. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
