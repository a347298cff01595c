import { KeysteadError } from './keystead-error.js';
import { eachItem, type Page, type Paging } from './page.js';
import { route } from './route.js';
import type { Transport } from './transport.js';
import type {
  CreateWebhookInput,
  Delivery,
  DeliveryState,
  NewWebhook,
  ShownWebhook,
  Webhook,
} from './webhook-types.js';

/** Webhooks: where events are sent. Every method throws a KeysteadError. */
export class Webhooks {
  constructor(private readonly transport: Transport) {}

  /**
   * @returns the webhook with its secret, which the service will not show again
   * @throws KeysteadError one-time-secret-lost if the first answer was lost on the way: remove that webhook and make another
   */
  async create(input: CreateWebhookInput): Promise<NewWebhook> {
    const path = '/api/v1/webhooks';
    type Made = Webhook & { readonly secret?: string };
    const made = await this.transport.call<Made>({ method: 'POST', path, body: input, creates: true });
    const { id, secret } = made;
    if (typeof secret === 'string') return { ...made, secret };
    const detail = `Webhook ${id} was made, but the answer that held its secret was lost on the way: remove it and make another.`;
    throw new KeysteadError('one-time-secret-lost', detail);
  }

  async list(paging: Paging = {}): Promise<Page<Webhook>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/webhooks', query: { ...paging } });
  }

  all(): AsyncGenerator<Webhook, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? {} : { cursor }));
  }

  async get(id: string): Promise<ShownWebhook> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/webhooks/${id}` });
  }

  /** With what was not delivered yet. */
  async delete(id: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/webhooks/${id}` });
  }

  /** Sends a ping. @returns the delivery, soon to be made */
  async test(id: string): Promise<{ readonly id: string }> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/webhooks/${id}/test` });
  }

  async deliveries(
    id: string,
    query: Paging & { readonly state?: DeliveryState | undefined } = {},
  ): Promise<Page<Delivery>> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/webhooks/${id}/deliveries`, query: { ...query } });
  }

  allDeliveries(id: string, state?: DeliveryState): AsyncGenerator<Delivery, void> {
    return eachItem((cursor) => this.deliveries(id, { state, ...(cursor !== undefined && { cursor }) }));
  }

  /** Sends a dead or a delivered one once more. */
  async redeliver(id: string, delivery: string): Promise<{ readonly id: string }> {
    return this.transport.call({
      method: 'POST',
      path: route`/api/v1/webhooks/${id}/deliveries/${delivery}/redeliver`,
    });
  }
}
