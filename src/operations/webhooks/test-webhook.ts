import { cloudEvent } from '../../events/cloud-event.js';
import { PING } from '../../events/event-types.js';
import { uuidv7 } from '../../keys/uuid.js';
import { newDelivery } from '../events/new-delivery.js';
import type { ChangeOperation } from '../operation.js';
import { resolveWebhook, webhookIn, type ResolvedWebhook, type WebhookInput } from './resolve-webhook.js';

/** Puts an event of its own kind into the outbox, for this webhook alone. @returns the delivery, to be looked at */
export const testWebhook: ChangeOperation<WebhookInput, ResolvedWebhook, { readonly id: string }> = {
  name: 'webhook.test',
  resolve: resolveWebhook('webhook.test'),

  async run(deps, { webhook }, _input, commit, arrival) {
    return commit([], async (change) => {
      webhookIn(change.install, webhook.id);
      const event = cloudEvent({
        id: uuidv7(),
        type: PING,
        source: '/api/v1',
        subject: `webhook/${webhook.id}`,
        time: new Date(deps.clock.now()).toISOString(),
        data: { operation: 'webhook.test', caller: { id: arrival.caller.id, name: arrival.caller.name } },
      });
      const delivery = newDelivery(deps, webhook.id, event);
      await change.outbox.put([delivery]);
      return { output: { id: delivery.id }, detail: { delivery: delivery.id } };
    });
  },
};
