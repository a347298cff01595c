import type { CloudEvent } from '../../events/cloud-event.js';
import type { Delivery, DeliveryFailure, DeliveryState } from '../../events/records.js';
import type { Deps } from '../deps.js';
import { isAuthentic, raiseDeliveryAlarm } from '../events/new-delivery.js';
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
  /** null: the delivery was changed in the database. */
  readonly event: Pick<CloudEvent, 'id' | 'type' | 'subject' | 'time'> | null;
  readonly tampered: boolean;
}

/** Newest first. */
export const listDeliveries: UseOperation<ListDeliveriesInput, ResolvedWebhook, Page<DeliveryDescription>> = {
  name: 'delivery.list',
  resolve: resolveWebhook('delivery.list'),

  async run(deps, { webhook }, { state, ...page }) {
    const limit = pageLimit(page);
    const before = cursorId(page);
    const query = { ...(state && { state }), ...(before !== undefined && { before }), limit: limit + 1 };
    const found = await deps.outbox.list(webhook.id, query);
    const output = pageOf(
      found,
      limit,
      ({ id }) => id,
      (delivery) => describeDelivery(delivery, eventOf(deps, delivery)),
    );
    for (const { id } of output.items.filter(({ tampered }) => tampered)) {
      await raiseDeliveryAlarm(deps, { id, webhookId: webhook.id });
    }
    return { output };
  },
};

/** What the service did not write is not read. */
function eventOf(deps: Deps, delivery: Delivery): DeliveryDescription['event'] {
  if (!isAuthentic(deps, delivery)) return null;
  const { id, type, subject, time } = JSON.parse(delivery.body) as CloudEvent;
  return { id, type, subject, time };
}

function describeDelivery(
  { state, dueAt, ...delivery }: Delivery,
  event: DeliveryDescription['event'],
): DeliveryDescription {
  return {
    id: delivery.id,
    state,
    attempts: delivery.attempts,
    nextAttemptAt: state === 'pending' ? dueAt : null,
    createdAt: delivery.createdAt,
    finishedAt: delivery.finishedAt,
    lastStatus: delivery.lastStatus,
    lastError: delivery.lastError,
    event,
    tampered: event === null,
  };
}
