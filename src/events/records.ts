import type { EventType } from './event-types.js';

/** Where events go. A sealed row: whoever changes the database cannot have them sent elsewhere. */
export interface WebhookRow {
  /** UUIDv7. */
  readonly id: string;
  readonly url: string;
  /** null: all. */
  readonly types: readonly EventType[] | null;
  /** Id: only what is about this keyring; null: everything. */
  readonly onlyKeyring: string | null;
  /** The signing secret, wrapped under a wrapping key of its own. Authenticated by that, not by the row's tag. */
  readonly secret: Buffer;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly removedAt: Date | null;
  readonly revision: number;
}

export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event for one webhook, as it is written in the transaction of the change that it tells of. */
export interface NewDelivery {
  /** UUIDv7. */
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  /** The CloudEvent, to the byte as it is sent. */
  readonly body: string;
  /** Keyed digest of all of the above: nobody else makes up an event that is then signed here. */
  readonly digest: Buffer;
  readonly createdAt: Date;
  /** A failure after this is the last. */
  readonly giveUpAt: Date;
}

export interface Delivery extends NewDelivery {
  readonly state: DeliveryState;
  /** Those that failed. */
  readonly attempts: number;
  /** Of the next attempt. */
  readonly dueAt: Date;
  readonly finishedAt: Date | null;
  /** The receiver's last answer. */
  readonly lastStatus: number | null;
  /** Why the last attempt failed: a word of a closed list. */
  readonly lastError: DeliveryFailure | null;
}

/** How a webhook is doing. */
export interface WebhookHealth {
  readonly pending: number;
  /** Of the dead ones those that the outbox had no room for. */
  readonly dropped: number;
  /** Attempts without an answer in time, since the last one with an answer. */
  readonly timeouts: number;
  /** The circuit breaker is open until then. */
  readonly pausedUntil: Date | null;
}

export const DELIVERY_FAILURES = [
  'status',
  'redirect',
  'timeout',
  'unreachable',
  'tls',
  'refused-address',
  'integrity-failure',
  'secret-unavailable',
  'outbox-full',
  'expired',
] as const;
export type DeliveryFailure = (typeof DELIVERY_FAILURES)[number];
