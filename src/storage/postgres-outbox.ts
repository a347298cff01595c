import { In, IsNull, LessThan, Not, type DataSource, type EntityManager } from 'typeorm';
import { Outbox, type DeliveryQuery, type FailedAttempt, type OutboxChange } from '../events/outbox.js';
import { MOST_PENDING, TIMEOUTS_TO_PAUSE } from '../events/bounds.js';
import type { Delivery, NewDelivery, WebhookHealth } from '../events/records.js';
import { databaseFailure } from './database-failure.js';
import { EventDeliveryEntity } from './entities/event-delivery.entity.js';
import { WebhookBreakerEntity } from './entities/webhook-breaker.entity.js';
import { insertRows } from './write-rows.js';

/** Longer than an attempt takes. A node that dies lets go after this long, by the database's clock. */
const CLAIM = `interval '30 seconds'`;

const IS_FREE = `(claimed_until is null or claimed_until < clock_timestamp())`;

const WAITING_SQL = `select hook.id from unnest($1::uuid[]) hook(id) where exists (select 1 from event_delivery
  where webhook_id = hook.id and state = 'pending' and due_at <= $2 and ${IS_FREE})`;

const CLAIM_SQL = `update event_delivery set claimed_until = clock_timestamp() + ${CLAIM} where id in (
    select id from event_delivery where webhook_id = $1 and state = 'pending' and due_at <= $2 and ${IS_FREE}
    order by due_at limit $3 for update skip locked)
  returning id`;

const TIMED_OUT_SQL = `insert into webhook_breaker as breaker (webhook_id, timeouts) values ($1, 1)
  on conflict (webhook_id) do update set timeouts = breaker.timeouts + 1,
    paused_until = case when breaker.timeouts + 1 >= ${TIMEOUTS_TO_PAUSE} then $2::timestamptz end`;

const COUNTS_SQL = `select count(*) filter (where state = 'pending')::integer as pending,
    count(*) filter (where state = 'dead' and last_error = 'outbox-full')::integer as dropped
  from event_delivery where webhook_id = $1 and state in ('pending', 'dead')`;

/** Counted no further than it matters. */
const PENDING_SQL = `select count(*)::integer as pending from (select from event_delivery
  where webhook_id = $1 and state = 'pending' limit ${MOST_PENDING}) waiting`;

export class PostgresOutbox extends Outbox {
  constructor(private readonly changes: DataSource) {
    super();
  }

  override async waiting(webhookIds: readonly string[], now: Date): Promise<string[]> {
    const rows = await this.#asking(() => this.changes.query<{ id: string }[]>(WAITING_SQL, [webhookIds, now]));
    return rows.map(({ id }) => id);
  }

  override async claim(webhookId: string, now: Date, limit: number): Promise<Delivery[]> {
    return this.#asking(async () => {
      const [rows] = await this.changes.query<[{ id: string }[], number]>(CLAIM_SQL, [webhookId, now, limit]);
      const ids = rows.map(({ id }) => id);
      if (ids.length === 0) return [];
      return this.changes.manager.find(EventDeliveryEntity, { where: { id: In(ids) }, order: { dueAt: 'ASC' } });
    });
  }

  override async delivered(id: string, status: number, at: Date): Promise<void> {
    const over = { state: 'delivered', finishedAt: at, lastStatus: status, lastError: null } as const;
    await this.#update(id, { ...over, claimedUntil: null });
  }

  override async failed(id: string, { at, error, status, dueAt }: FailedAttempt): Promise<void> {
    const next = dueAt ? { dueAt } : ({ state: 'dead', finishedAt: at } as const);
    const why = { lastStatus: status, lastError: error, attempts: () => 'attempts + 1' };
    await this.#update(id, { ...next, ...why, claimedUntil: null });
  }

  override async release(id: string): Promise<void> {
    await this.#update(id, { claimedUntil: null });
  }

  override async breaker(webhookId: string): Promise<Pick<WebhookHealth, 'timeouts' | 'pausedUntil'>> {
    const row = await this.#asking(() => this.changes.manager.findOneBy(WebhookBreakerEntity, { webhookId }));
    return { timeouts: row?.timeouts ?? 0, pausedUntil: row?.pausedUntil ?? null };
  }

  override async answered(webhookId: string): Promise<void> {
    await this.#asking(() => this.changes.manager.delete(WebhookBreakerEntity, { webhookId }));
  }

  override async timedOut(webhookId: string, pausedUntil: Date): Promise<void> {
    await this.#asking(() => this.changes.query(TIMED_OUT_SQL, [webhookId, pausedUntil]));
  }

  override async health(webhookId: string): Promise<WebhookHealth> {
    type Counts = Pick<WebhookHealth, 'pending' | 'dropped'>;
    const [counts] = await this.#asking(() => this.changes.query<Counts[]>(COUNTS_SQL, [webhookId]));
    return { pending: 0, dropped: 0, ...counts, ...(await this.breaker(webhookId)) };
  }

  override async list(webhookId: string, { state, before, limit }: DeliveryQuery): Promise<Delivery[]> {
    const where = { webhookId, ...(state && { state }), ...(before !== undefined && { id: LessThan(before) }) };
    return this.#asking(() =>
      this.changes.manager.find(EventDeliveryEntity, { where, order: { id: 'DESC' }, take: limit }),
    );
  }

  override async oldestPending(): Promise<Date | undefined> {
    const [oldest] = await this.#asking(() =>
      this.changes.manager.find(EventDeliveryEntity, {
        select: { createdAt: true },
        where: { state: 'pending' },
        order: { createdAt: 'ASC' },
        take: 1,
      }),
    );
    return oldest?.createdAt;
  }

  /** Another node may have delivered it meanwhile: what is over stays over. */
  async #update(id: string, values: Parameters<EntityManager['update']>[2]): Promise<void> {
    await this.#asking(() => this.changes.manager.update(EventDeliveryEntity, { id, state: 'pending' }, values));
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}

export class PostgresOutboxChange implements OutboxChange {
  constructor(private readonly manager: EntityManager) {}

  async put(deliveries: readonly NewDelivery[]): Promise<void> {
    const room = new Map<string, number>();
    for (const id of new Set(deliveries.map(({ webhookId }) => webhookId))) {
      const [found] = await this.manager.query<{ pending: number }[]>(PENDING_SQL, [id]);
      room.set(id, MOST_PENDING - (found?.pending ?? 0));
    }
    const rows = deliveries.map((one) => {
      const left = room.get(one.webhookId) ?? 0;
      room.set(one.webhookId, left - 1);
      const fresh = { ...one, attempts: 0, dueAt: one.createdAt };
      if (left > 0) return { ...fresh, state: 'pending', finishedAt: null, lastError: null };
      return { ...fresh, state: 'dead', finishedAt: one.createdAt, lastError: 'outbox-full' };
    });
    await insertRows(this.manager, EventDeliveryEntity, rows);
  }

  async redeliver(webhookId: string, id: string, at: Date, giveUpAt: Date): Promise<boolean> {
    const again = { state: 'pending', attempts: 0, dueAt: at, giveUpAt, finishedAt: null } as const;
    const over = { id, webhookId, finishedAt: Not(IsNull()) };
    return (await this.manager.update(EventDeliveryEntity, over, again)).affected === 1;
  }

  async drop(webhookId: string): Promise<void> {
    await this.manager.delete(EventDeliveryEntity, { webhookId });
    await this.manager.delete(WebhookBreakerEntity, { webhookId });
  }
}
