import type { Delivery, DeliveryFailure, DeliveryState, NewDelivery } from './records.js';

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

  /** Newest first. */
  abstract list(webhookId: string, query: DeliveryQuery): Promise<Delivery[]>;

  /** When the oldest event came that is not delivered and not dead. */
  abstract oldestPending(): Promise<Date | undefined>;
}

/** The outbox inside the transaction of a change. */
export interface OutboxChange {
  put(deliveries: readonly NewDelivery[]): Promise<void>;
  /** Sends what is dead or delivered once more, from the first attempt on. @returns whether there was such a delivery */
  redeliver(webhookId: string, deliveryId: string, at: Date, giveUpAt: Date): Promise<boolean>;
  /** Of a webhook that is removed. */
  drop(webhookId: string): Promise<void>;
}
