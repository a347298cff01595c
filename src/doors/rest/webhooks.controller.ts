import { Controller, Inject } from '@nestjs/common';
import { Kms } from '../../operations/kms.js';
import type { PageInput } from '../../operations/paging.js';
import { createWebhook, type CreateWebhookInput } from '../../operations/webhooks/create-webhook.js';
import { deleteWebhook } from '../../operations/webhooks/delete-webhook.js';
import { getWebhook } from '../../operations/webhooks/get-webhook.js';
import { listDeliveries, type ListDeliveriesInput } from '../../operations/webhooks/list-deliveries.js';
import { listWebhooks } from '../../operations/webhooks/list-webhooks.js';
import { redeliver, type RedeliverInput } from '../../operations/webhooks/redeliver.js';
import type { WebhookInput } from '../../operations/webhooks/resolve-webhook.js';
import { testWebhook } from '../../operations/webhooks/test-webhook.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { PAGE, pageOf } from './schemas/paging.js';
import { IN_DELIVERY, IN_WEBHOOK } from './schemas/paths.js';
import {
  createWebhookBody,
  deliveryAnswer,
  deliveryToComeAnswer,
  listDeliveriesQuery,
  newWebhookAnswer,
  shownWebhookAnswer,
  webhookAnswer,
} from './schemas/webhooks.js';

@Controller(`${API}/webhooks`)
export class WebhooksController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('webhook.create', {
    method: 'POST',
    body: createWebhookBody,
    status: 201,
    answer: newWebhookAnswer,
    idempotent: true,
    summary: 'Make a webhook',
    description:
      'Events are sent to it from now on. The secret that they are signed with is shown this once. Needs audit.read besides.',
  })
  async create(call: Call<CreateWebhookInput>) {
    return change(this.kms, createWebhook, call);
  }

  @Endpoint('webhook.list', {
    method: 'GET',
    query: PAGE,
    answer: pageOf(webhookAnswer),
    summary: 'List the webhooks',
  })
  async list(call: Call<PageInput>) {
    return use(this.kms, listWebhooks, call);
  }

  @Endpoint('webhook.list', {
    method: 'GET',
    path: ':webhook',
    params: IN_WEBHOOK,
    answer: shownWebhookAnswer,
    summary: 'Show a webhook',
  })
  async get(call: Call<WebhookInput>) {
    return use(this.kms, getWebhook, call);
  }

  @Endpoint('webhook.delete', {
    method: 'DELETE',
    path: ':webhook',
    params: IN_WEBHOOK,
    status: 204,
    summary: 'Remove a webhook',
    description: 'With its secret, and with what was not delivered yet.',
  })
  async delete(call: Call<WebhookInput>): Promise<void> {
    await change(this.kms, deleteWebhook, call);
  }

  @Endpoint('webhook.test', {
    method: 'POST',
    path: ':webhook/test',
    params: IN_WEBHOOK,
    status: 202,
    answer: deliveryToComeAnswer,
    summary: 'Send a ping to a webhook',
    description: 'An event keystead.webhook.ping, sent soon after the answer: the deliveries show what came of it.',
  })
  async test(call: Call<WebhookInput>) {
    return change(this.kms, testWebhook, call);
  }

  @Endpoint('delivery.list', {
    method: 'GET',
    path: ':webhook/deliveries',
    params: IN_WEBHOOK,
    query: listDeliveriesQuery,
    answer: pageOf(deliveryAnswer),
    summary: 'List what was sent, is to be sent, and could not be sent to a webhook',
    description: 'Delivered ones are kept for 7 days, dead ones for 30. Needs audit.read besides.',
  })
  async deliveries(call: Call<ListDeliveriesInput>) {
    return use(this.kms, listDeliveries, call);
  }

  @Endpoint('webhook.redeliver', {
    method: 'POST',
    path: ':webhook/deliveries/:delivery/redeliver',
    params: IN_DELIVERY,
    status: 202,
    answer: deliveryToComeAnswer,
    summary: 'Send a delivery once more',
    description:
      'One that is dead, or that was delivered. The event keeps its id, so that a receiver knows a repeat. Needs audit.read besides.',
  })
  async redeliver(call: Call<RedeliverInput>) {
    return change(this.kms, redeliver, call);
  }
}
