import type { CloudEvent } from '../../events/cloud-event.js';
import type { Delivery, DeliveryFailure, DeliveryState } from '../../events/records.js';
import type { UseOperation } from '../operation.js';
import { cursorId, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import { resolveWebhook, type ResolvedWebhook, type WebhookInput } from './resolve-webhook.js';

export interface ListDeliveriesInput extends WebhookInput, PageInput {
  readonly state?: DeliveryState;
}

export interface DeliveryDescription {
  readonly id: string;
  readonly state: DeliveryState;
  /** Those that failed, since it was last sent anew. */
  readonly attempts: number;
  /** Of a pending one. */
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  /** When it was delivered, or given up. */
  readonly finishedAt: Date | null;
  /** The receiver's last answer. */
  readonly lastStatus: number | null;
  readonly lastError: DeliveryFailure | null;
  readonly event: Pick<CloudEvent, 'id' | 'type' | 'subject' | 'time'>;
}

/** Newest first. */
export const listDeliveries: UseOperation<ListDeliveriesInput, ResolvedWebhook, Page<DeliveryDescription>> = {
  name: 'webhook.list',
  resolve: resolveWebhook('webhook.list'),

  async run(deps, { webhook }, { state, ...page }) {
    const limit = pageLimit(page);
    const before = cursorId(page);
    const query = { ...(state && { state }), ...(before !== undefined && { before }), limit: limit + 1 };
    const found = await deps.outbox.list(webhook.id, query);
    return { output: pageOf(found, limit, ({ id }) => id, describeDelivery) };
  },
};

function describeDelivery({ state, dueAt, body, ...delivery }: Delivery): DeliveryDescription {
  const { id, type, subject, time } = JSON.parse(body) as CloudEvent;
  return {
    id: delivery.id,
    state,
    attempts: delivery.attempts,
    nextAttemptAt: state === 'pending' ? dueAt : null,
    createdAt: delivery.createdAt,
    finishedAt: delivery.finishedAt,
    lastStatus: delivery.lastStatus,
    lastError: delivery.lastError,
    event: { id, type, subject, time },
  };
}
