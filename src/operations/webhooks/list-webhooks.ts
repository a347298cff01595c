import { resolveInstall } from '../access/resolve-caller.js';
import type { Resolved, UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeWebhook, type WebhookDescription } from './describe-webhook.js';

/** Newest first. */
export const listWebhooks: UseOperation<PageInput, Resolved, Page<WebhookDescription>> = {
  name: 'webhook.list',
  resolve: resolveInstall('webhook.list'),

  async run(deps, _resolved, input) {
    const { webhooks } = await deps.ledger.install();
    return { output: pageOfAll(webhooks.values(), input, describeWebhook) };
  },
};
