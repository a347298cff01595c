import type { DataSource } from 'typeorm';
import { Clock } from '../ledger/clock.js';

const MEASURE_EVERY_MS = 30_000;
/** One after the other. */
const ASKED = 3;

/**
 * The database's clock: asked now and then, and carried on by the time that passes on this node. What the node's own clock
 * says, or is set to, makes no difference.
 */
export class DatabaseClock extends Clock {
  /** The database's time when this process's `performance.now()` was 0. */
  #origin = performance.timeOrigin;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly reads: Pick<DataSource, 'query'>) {
    super();
  }

  override now(): number {
    return Math.round(this.#origin + performance.now());
  }

  async start(): Promise<void> {
    await this.#measure();
    this.#timer = setInterval(() => void this.#measure().catch(() => undefined), MEASURE_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Half of the round trip is taken off; what is left is within the round trip, of the quickest answer: a busy machine makes some late. */
  async #measure(): Promise<void> {
    let quickest = Infinity;
    let origin = this.#origin;
    for (let asked = 0; asked < ASKED; asked++) {
      const sent = performance.now();
      const [row] = await this.reads.query<{ now: Date }[]>('select clock_timestamp() as now');
      const received = performance.now();
      if (!row || received - sent >= quickest) continue;
      quickest = received - sent;
      origin = row.now.getTime() - (sent + received) / 2;
    }
    this.#origin = origin;
  }
}
