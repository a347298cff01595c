import { Outbox, type DeliveryQuery, type FailedAttempt, type OutboxChange } from '../../src/events/outbox.js';
import { MOST_PENDING, TIMEOUTS_TO_PAUSE } from '../../src/events/bounds.js';
import type { Delivery, WebhookHealth } from '../../src/events/records.js';

/** The outbox in memory: claims are never let go. */
export class MemoryOutbox extends Outbox {
  readonly deliveries = new Map<string, Delivery>();
  readonly #breakers = new Map<string, Pick<WebhookHealth, 'timeouts' | 'pausedUntil'>>();
  readonly #claimed = new Set<string>();

  /** @param staged where a change keeps what it will do, for when it commits */
  change(staged: (() => void)[]): OutboxChange {
    return {
      put: async (deliveries) => {
        const none = { finishedAt: null, lastStatus: null, lastError: null };
        for (const one of deliveries) {
          const fresh = { ...one, ...none, state: 'pending', attempts: 0, dueAt: one.createdAt } as const;
          const full = { ...fresh, state: 'dead', finishedAt: one.createdAt, lastError: 'outbox-full' } as const;
          staged.push(() =>
            this.deliveries.set(one.id, this.#of(one.webhookId, 'pending').length < MOST_PENDING ? fresh : full),
          );
        }
      },
      redeliver: async (webhookId, id, dueAt, giveUpAt) => {
        const over = this.deliveries.get(id);
        if (over?.webhookId !== webhookId || !over.finishedAt) return false;
        staged.push(() => this.#set(id, { state: 'pending', attempts: 0, dueAt, giveUpAt, finishedAt: null }));
        return true;
      },
      drop: async (webhookId) => {
        const own = [...this.deliveries.values()].filter((delivery) => delivery.webhookId === webhookId);
        staged.push(() => {
          for (const { id } of own) this.deliveries.delete(id);
          this.#breakers.delete(webhookId);
        });
      },
    };
  }

  override async waiting(webhookIds: readonly string[], now: Date): Promise<string[]> {
    return webhookIds.filter((id) => this.#due(id, now).length > 0);
  }

  override async claim(webhookId: string, now: Date, limit: number): Promise<Delivery[]> {
    const due = this.#due(webhookId, now).slice(0, limit);
    for (const { id } of due) this.#claimed.add(id);
    return due;
  }

  override async delivered(id: string, lastStatus: number, finishedAt: Date): Promise<void> {
    this.#set(id, { state: 'delivered', finishedAt, lastStatus, lastError: null });
  }

  override async failed(id: string, { at, error, status, dueAt }: FailedAttempt): Promise<void> {
    const attempts = (this.deliveries.get(id)?.attempts ?? 0) + 1;
    const next = dueAt ? { dueAt } : ({ state: 'dead', finishedAt: at } as const);
    this.#set(id, { ...next, attempts, lastStatus: status, lastError: error });
  }

  override async release(id: string): Promise<void> {
    this.#set(id, {});
  }

  override async breaker(webhookId: string) {
    return this.#breakers.get(webhookId) ?? { timeouts: 0, pausedUntil: null };
  }

  override async answered(webhookId: string): Promise<void> {
    this.#breakers.delete(webhookId);
  }

  override async timedOut(webhookId: string, until: Date): Promise<void> {
    const timeouts = (await this.breaker(webhookId)).timeouts + 1;
    this.#breakers.set(webhookId, { timeouts, pausedUntil: timeouts < TIMEOUTS_TO_PAUSE ? null : until });
  }

  override async health(webhookId: string): Promise<WebhookHealth> {
    const dropped = this.#of(webhookId, 'dead').filter(({ lastError }) => lastError === 'outbox-full').length;
    return { pending: this.#of(webhookId, 'pending').length, dropped, ...(await this.breaker(webhookId)) };
  }

  override async list(webhookId: string, { state, before, limit }: DeliveryQuery): Promise<Delivery[]> {
    const passes = (one: Delivery) =>
      one.webhookId === webhookId && (!state || one.state === state) && (before === undefined || one.id < before);
    const newestFirst = [...this.deliveries.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    return newestFirst.filter(passes).slice(0, limit);
  }

  override async oldestPending(): Promise<Date | undefined> {
    return [...this.deliveries.values()].find(({ state }) => state === 'pending')?.createdAt;
  }

  #of(webhookId: string, state: Delivery['state']): Delivery[] {
    return [...this.deliveries.values()].filter((one) => one.webhookId === webhookId && one.state === state);
  }

  #due(webhookId: string, now: Date): Delivery[] {
    return [...this.deliveries.values()].filter(
      (one) => one.webhookId === webhookId && one.state === 'pending' && one.dueAt <= now && !this.#claimed.has(one.id),
    );
  }

  #set(id: string, values: Partial<Delivery>): void {
    this.#claimed.delete(id);
    const known = this.deliveries.get(id);
    if (known) this.deliveries.set(id, { ...known, ...values });
  }
}
