import type { UseOperation } from '../operation.js';
import { describeWebhook, type WebhookDescription } from './describe-webhook.js';
import { resolveWebhook, type ResolvedWebhook, type WebhookInput } from './resolve-webhook.js';

export const getWebhook: UseOperation<WebhookInput, ResolvedWebhook, WebhookDescription> = {
  name: 'webhook.list',
  resolve: resolveWebhook('webhook.list'),
  run: (_deps, { webhook }) => ({ output: describeWebhook(webhook) }),
};
