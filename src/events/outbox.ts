import type { Delivery, DeliveryFailure, DeliveryState, NewDelivery, WebhookHealth } from './records.js';

export interface DeliveryQuery {
  readonly state?: DeliveryState;
  /** Id of the last one of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** How an attempt failed. */
export interface FailedAttempt {
  readonly at: Date;
  readonly error: DeliveryFailure;
  readonly status: number | null;
  /** undefined: it is dead. */
  readonly dueAt: Date | undefined;
}

/** What is to be sent. Written by `OutboxChange` only, in the transaction of what it tells of. */
export abstract class Outbox {
  /** Ids of those webhooks that have something due and not claimed. */
  abstract waiting(webhookIds: readonly string[], now: Date): Promise<string[]>;

  /** Takes what is due, the longest due first, for half a minute: a node that dies lets go. */
  abstract claim(webhookId: string, now: Date, limit: number): Promise<Delivery[]>;

  abstract delivered(id: string, status: number, at: Date): Promise<void>;

  abstract failed(id: string, attempt: FailedAttempt): Promise<void>;

  /** It was not tried after all. */
  abstract release(id: string): Promise<void>;

  /** Of a webhook's circuit breaker. */
  abstract breaker(webhookId: string): Promise<Pick<WebhookHealth, 'timeouts' | 'pausedUntil'>>;

  /** The receiver answered: nothing is paused. */
  abstract answered(webhookId: string): Promise<void>;

  /** The receiver did not answer in time: from the fifth time in a row on the webhook is paused. */
  abstract timedOut(webhookId: string, pausedUntil: Date): Promise<void>;

  abstract health(webhookId: string): Promise<WebhookHealth>;

  /** Newest first. */
  abstract list(webhookId: string, query: DeliveryQuery): Promise<Delivery[]>;

  /** When the oldest event came that is not delivered and not dead. */
  abstract oldestPending(): Promise<Date | undefined>;
}

/** The outbox inside the transaction of a change. */
export interface OutboxChange {
  /** What a webhook has no room for is dead from the start. */
  put(deliveries: readonly NewDelivery[]): Promise<void>;
  /** Sends what is dead or delivered once more, from the first attempt on. @returns whether there was such a delivery */
  redeliver(webhookId: string, deliveryId: string, at: Date, giveUpAt: Date): Promise<boolean>;
  /** Of a webhook that is removed. */
  drop(webhookId: string): Promise<void>;
}
