import { Clock } from '../../ledger/clock.js';

/** The engine's clock for tests and demos, which can be moved on. Credentials and audit records stay on the real time. */
export class TestClock extends Clock {
  #aheadMs = 0;

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
}
