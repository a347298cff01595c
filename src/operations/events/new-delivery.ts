import type { CloudEvent } from '../../events/cloud-event.js';
import { timingSafeEqual } from 'node:crypto';
import type { NewDelivery } from '../../events/records.js';
import { GIVE_UP_AFTER_MS } from '../../events/retry-schedule.js';
import { uuidv7 } from '../../keys/uuid.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { Deps } from '../deps.js';
import { raiseAlarm } from '../note-own.js';

export function newDelivery(deps: Deps, webhookId: string, event: CloudEvent): NewDelivery {
  const [id, now] = [uuidv7(), deps.clock.now()];
  const written = { id, webhookId, eventId: event.id, body: JSON.stringify(event) };
  const times = { createdAt: new Date(now), giveUpAt: new Date(now + GIVE_UP_AFTER_MS) };
  return { ...written, digest: deliveryDigest(deps, written), ...times };
}

/** Whether the service wrote it, as it is. */
export function isAuthentic(deps: Pick<Deps, 'secrets'>, delivery: NewDelivery): boolean {
  const digest = deliveryDigest(deps, delivery);
  return delivery.digest.length === digest.length && timingSafeEqual(delivery.digest, digest);
}

/** Raised wherever such a row is met. */
export function raiseDeliveryAlarm(
  deps: Deps,
  { id, webhookId }: Pick<NewDelivery, 'id' | 'webhookId'>,
): Promise<void> {
  return raiseAlarm(deps, integrityFailure(`delivery ${id} was changed in the database`), `webhook/${webhookId}`);
}

/** Under the install's integrity key. */
function deliveryDigest(
  { secrets }: Pick<Deps, 'secrets'>,
  { id, webhookId, eventId, body }: Pick<NewDelivery, 'id' | 'webhookId' | 'eventId' | 'body'>,
): Buffer {
  return secrets.digest('event-delivery', id, webhookId, eventId, body);
}
