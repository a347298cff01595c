import type { CloudEvent } from '../../events/cloud-event.js';
import type { NewDelivery } from '../../events/records.js';
import { GIVE_UP_AFTER_MS } from '../../events/retry-schedule.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { Deps } from '../deps.js';

export function newDelivery(deps: Deps, webhookId: string, event: CloudEvent): NewDelivery {
  const [id, now] = [uuidv7(), deps.clock.now()];
  const written = { id, webhookId, eventId: event.id, body: JSON.stringify(event) };
  const times = { createdAt: new Date(now), giveUpAt: new Date(now + GIVE_UP_AFTER_MS) };
  return { ...written, digest: deliveryDigest(deps, written), ...times };
}

/** Under the install's integrity key: what it does not match was not written by the service. */
export function deliveryDigest(
  { secrets }: Pick<Deps, 'secrets'>,
  { id, webhookId, eventId, body }: Pick<NewDelivery, 'id' | 'webhookId' | 'eventId' | 'body'>,
): Buffer {
  return secrets.digest('event-delivery', id, webhookId, eventId, body);
}
