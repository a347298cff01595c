import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { wrappingNameOf } from '../events/webhook-secret.js';
import type { ChangeOperation } from '../operation.js';
import { describeWebhook, type WebhookDescription } from './describe-webhook.js';
import { resolveWebhook, webhookIn, type ResolvedWebhook, type WebhookInput } from './resolve-webhook.js';

/** With what was not delivered yet, and with its secret. @returns the webhook as it was */
export const deleteWebhook: ChangeOperation<WebhookInput, ResolvedWebhook, WebhookDescription> = {
  name: 'webhook.delete',
  resolve: resolveWebhook('webhook.delete'),

  async run(deps, { webhook: { id } }, _input, commit) {
    const removed = await commit([INSTALL_SCOPE], async (change) => {
      const current = webhookIn(change.install, id);
      change.put('webhook', { ...current, removedAt: new Date(deps.clock.now()) });
      change.dropWrapped(wrappingNameOf(id));
      await change.outbox.drop(id);
      return { output: describeWebhook(current), detail: { origin: new URL(current.url).origin } };
    });
    deps.secrets.forgetWrappingKey(id, 1);
    return removed;
  },
};
