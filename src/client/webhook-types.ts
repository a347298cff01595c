export interface CreateWebhookInput {
  /** https, or http to this machine. */
  readonly url: string;
  /** Types of events. Default: all. */
  readonly types?: readonly string[];
  /** Id or name: only events about it. Default: all. */
  readonly keyring?: string;
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** null: every type. */
  readonly types: readonly string[] | null;
  /** Id; null: all. */
  readonly keyring: string | null;
  readonly createdAt: string;
  /** Id of a caller. */
  readonly createdBy: string;
}

export interface ShownWebhook extends Webhook {
  readonly health: {
    readonly pending: number;
    /** Dead ones that there was no room for. */
    readonly dropped: number;
    /** Attempts without an answer in time, since the last answer. */
    readonly timeouts: number;
    /** Nothing is sent until then. */
    readonly pausedUntil: string | null;
  };
}

export interface NewWebhook extends Webhook {
  /** `whsec_` and base64: what the receiver checks signatures by. */
  readonly secret: string;
}

export type DeliveryState = 'pending' | 'delivered' | 'dead';

export interface Delivery {
  readonly id: string;
  readonly state: DeliveryState;
  /** Those that failed. */
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** null: the delivery was changed in the service's database. */
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly time: string;
  } | null;
  readonly tampered: boolean;
}
