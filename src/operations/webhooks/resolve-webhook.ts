import type { OperationName } from '../../access/permissions.js';
import type { WebhookRow } from '../../events/records.js';
import { KmsError } from '../../errors.js';
import type { InstallView } from '../../ledger/ledger.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';
import { needsToBeTold, webhookNeed } from './webhook-needs.js';

export interface WebhookInput {
  /** Id. */
  readonly webhook: string;
}

export interface ResolvedWebhook extends Resolved {
  readonly webhook: WebhookRow;
}

/** What every operation on one webhook resolves. @throws KmsError webhook-not-found, to those who may know */
export function resolveWebhook(operation: OperationName) {
  return async (deps: Deps, input: WebhookInput, arrival: Arrival): Promise<ResolvedWebhook> => {
    const install = await deps.ledger.install();
    const own = webhookNeed(deps, install, arrival, operation);
    const told = install.webhooks.get(input.webhook)?.onlyKeyring ?? null;
    const needs = [own, ...needsToBeTold(deps, install, arrival, operation, told)];
    const webhook = webhookIn(install, input.webhook);
    return {
      webhook,
      needs,
      subject: { resource: `webhook/${webhook.id}` },
      scopes: [],
      basis: [webhook],
    };
  };
}

/** @throws KmsError webhook-not-found */
export function webhookIn({ webhooks }: InstallView, id: string): WebhookRow {
  const webhook = webhooks.get(id);
  if (webhook) return webhook;
  throw new KmsError('webhook-not-found', 'no webhook has this id; GET /api/v1/webhooks lists them');
}
