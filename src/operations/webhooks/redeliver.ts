import { GIVE_UP_AFTER_MS } from '../../events/retry-schedule.js';
import { KmsError } from '../../errors.js';
import { isUuid } from '../../keys/uuid.js';
import type { ChangeOperation } from '../operation.js';
import { resolveWebhook, webhookIn, type ResolvedWebhook, type WebhookInput } from './resolve-webhook.js';

export interface RedeliverInput extends WebhookInput {
  /** Id of a delivery that is dead, or was made. */
  readonly delivery: string;
}

/** Sends an event once more, with all its attempts before it; the receiver sees the id that it had before. */
export const redeliver: ChangeOperation<RedeliverInput, ResolvedWebhook, { readonly id: string }> = {
  name: 'webhook.redeliver',
  resolve: resolveWebhook('webhook.redeliver'),

  async run(deps, { webhook }, { delivery: id }, commit) {
    return commit([], async (change) => {
      webhookIn(change.install, webhook.id);
      const now = deps.clock.now();
      const [at, giveUpAt] = [new Date(now), new Date(now + GIVE_UP_AFTER_MS)];
      if (!isUuid(id) || !(await change.outbox.redeliver(webhook.id, id, at, giveUpAt))) {
        throw new KmsError('delivery-not-found', 'this webhook has no delivery with this id that is over');
      }
      return { output: { id }, detail: { delivery: id } };
    });
  },
};
