import type { WebhookHealth } from '../../events/records.js';
import type { UseOperation } from '../operation.js';
import { describeWebhook, type WebhookDescription } from './describe-webhook.js';
import { resolveWebhook, type ResolvedWebhook, type WebhookInput } from './resolve-webhook.js';

export interface ShownWebhook extends WebhookDescription {
  readonly health: WebhookHealth;
}

export const getWebhook: UseOperation<WebhookInput, ResolvedWebhook, ShownWebhook> = {
  name: 'webhook.list',
  resolve: resolveWebhook('webhook.list'),

  async run({ outbox }, { webhook }) {
    return { output: { ...describeWebhook(webhook), health: await outbox.health(webhook.id) } };
  },
};
