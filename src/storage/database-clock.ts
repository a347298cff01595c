import type { DataSource } from 'typeorm';
import { Clock } from '../ledger/clock.js';

const MEASURE_EVERY_MS = 30_000;

/** This node's clock, corrected by its measured distance from the database's. */
export class DatabaseClock extends Clock {
  #offset = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly reads: DataSource) {
    super();
  }

  override now(): number {
    return Date.now() + this.#offset;
  }

  async start(): Promise<void> {
    await this.#measure();
    this.#timer = setInterval(() => void this.#measure().catch(() => undefined), MEASURE_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Half of the round trip is taken off; what is left is within the round trip. */
  async #measure(): Promise<void> {
    const sent = Date.now();
    const [row] = await this.reads.query<{ now: Date }[]>('select clock_timestamp() as now');
    const received = Date.now();
    if (row) this.#offset = Math.round(row.now.getTime() - (sent + received) / 2);
  }
}
