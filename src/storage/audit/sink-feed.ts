import type { DataSource } from 'typeorm';
import type { RecordTarget } from '../../audit/delivery/record-target.js';
import type { DeliveryEvents } from '../../audit/delivery/checkpoint-delivery.js';
import { uuidv7 } from '../../keys/uuid.js';
import { readEntries } from './log-tables.js';

/** At once. */
const MAX_RECORDS = 500;
const EVERY_MS = 500;
const SLOWEST_MS = 60_000;
/** Longer than a target may take. */
const CLAIM = `interval '30 seconds'`;

/**
 * Brings every record to one place outside, in the order of the log, each at least once: how far it is stands in the database, and one node at a
 * time does it. A place that is slow or dead costs nothing but its own lag.
 */
export class SinkFeed {
  readonly #id = uuidv7();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #failures = 0;
  /** Records that wait, when it was last looked at. */
  behind = 0;

  constructor(
    private readonly database: DataSource,
    private readonly target: RecordTarget,
    private readonly events: DeliveryEvents,
  ) {}

  get name(): string {
    return this.target.name;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  start(): void {
    const wait = Math.min(SLOWEST_MS, EVERY_MS * 2 ** this.#failures);
    this.#timer = setTimeout(() => {
      this.#running = this.round().finally(() => {
        if (!this.#stopping.signal.aborted) this.start();
      });
    }, wait).unref();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Brings what there is. Never throws. */
  async round(): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted && (await this.#deliver()) === MAX_RECORDS);
      if (this.isFailing) this.events.recovered(this.name);
      this.#failures = 0;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!this.isFailing) this.events.failed(this.name, why);
      this.#failures = Math.min(this.#failures + 1, 10);
    }
  }

  /** @returns how many were delivered; 0 also when another node is at it */
  async #deliver(): Promise<number> {
    const [claim] = await this.database.query<{ delivered: string; size: string; mine: boolean }[]>(
      `with claimed as (insert into audit_sink as s (name, claimed_by, claimed_until) values ($1, $2, now() + ${CLAIM})
         on conflict (name) do update set claimed_by = $2, claimed_until = now() + ${CLAIM}
           where s.claimed_by = $2 or s.claimed_until is null or s.claimed_until < now() or s.claimed_until > now() + 2 * ${CLAIM}
         returning delivered)
       select greatest(coalesce(c.delivered, s.delivered, 0), t.minimum) as delivered, t.size, c.delivered is not null as mine
         from audit_tree t left join claimed c on true left join audit_sink s on s.name = $1 where t.id = 1`,
      [this.name, this.#id],
    );
    const [from, size] = [Number(claim?.delivered ?? 0), Number(claim?.size ?? 0)];
    if (from > size)
      throw new Error(
        `${from} records are said to be delivered, and there are ${size}: something else changed the database`,
      );
    this.behind = size - from;
    if (claim?.mine !== true || this.behind === 0) return 0;
    const entries = await readEntries(this.database, from, Math.min(size, from + MAX_RECORDS));
    await this.target.send(entries.map((entry, at) => ({ index: from + at, entry })));
    const moved = 'update audit_sink set delivered = $3 where name = $1 and claimed_by = $2 and delivered <= $3';
    await this.database.query(moved, [this.name, this.#id, from + entries.length]);
    this.behind -= entries.length;
    return entries.length;
  }
}
