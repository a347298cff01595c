import { PAUSE_MS, TIMEOUTS_TO_PAUSE } from '../../events/bounds.js';
import { CLOUD_EVENT_CONTENT_TYPE } from '../../events/cloud-event.js';
import type { Outbox } from '../../events/outbox.js';
import type { Delivery, DeliveryFailure, WebhookRow } from '../../events/records.js';
import { nextAttemptAt } from '../../events/retry-schedule.js';
import { signedHeaders } from '../../events/webhook-signature.js';
import type { Sent, WebhookSender } from '../../events/webhook-sender.js';
import { isKmsError } from '../../errors.js';
import type { Deps } from '../deps.js';
import { raiseAlarm } from '../note-own.js';
import { isAuthentic, raiseDeliveryAlarm } from './new-delivery.js';
import { openWebhookSecret } from './webhook-secret.js';

/** To one webhook: so many at a time. One that hangs keeps nobody else waiting. */
const AT_A_TIME = 4;

/**
 * Sends what is in the outbox, on any number of nodes at once: each delivery is claimed by one of them. At least once; in no
 * promised order.
 */
export class EventDelivery {
  /** By webhook: what is under way. */
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  #oldestPendingAt: Date | undefined;
  #broken: unknown;

  constructor(
    private readonly deps: Deps,
    private readonly outbox: Outbox,
    private readonly sender: WebhookSender,
    private readonly random = Math.random,
  ) {}

  /** Of the oldest delivery that is neither made nor dead, when `measure` was last called. */
  get oldestPendingSeconds(): number {
    if (!this.#oldestPendingAt) return 0;
    return Math.max(0, (this.deps.clock.now() - this.#oldestPendingAt.getTime()) / 1000);
  }

  /** @throws KmsError database-unavailable */
  async measure(): Promise<void> {
    this.#oldestPendingAt = await this.outbox.oldestPending();
  }

  /** Begins with what is due, and does not wait for it. @throws whatever broke off since the last time */
  async begin(): Promise<void> {
    const broken = this.#broken;
    this.#broken = undefined;
    if (broken !== undefined) throw broken;
    const { webhooks } = await this.deps.ledger.install();
    const free = [...webhooks.keys()].filter((id) => !this.#lanes.has(id));
    if (free.length === 0 || this.#stopping.signal.aborted) return;
    for (const id of await this.outbox.waiting(free, this.#now())) {
      if (this.#lanes.has(id)) continue;
      // What breaks off is claimed again once its claim has ended.
      const lane = this.#drain(id)
        .catch((error: unknown) => {
          this.#broken = error;
        })
        .finally(() => this.#lanes.delete(id));
      this.#lanes.set(id, lane);
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.values());
  }

  /** Breaks off what is under way; it is sent again later. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
  }

  async #drain(webhookId: string): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const webhook = (await this.deps.ledger.install()).webhooks.get(webhookId);
      if (!webhook) return;
      const { timeouts, pausedUntil } = await this.outbox.breaker(webhookId);
      if (pausedUntil && pausedUntil > this.#now()) return;
      const atATime = timeouts < TIMEOUTS_TO_PAUSE ? AT_A_TIME : 1;
      const claimed = await this.outbox.claim(webhookId, this.#now(), atATime);
      if (claimed.length === 0) return;
      await Promise.all(claimed.map((delivery) => this.#attempt(webhook, delivery)));
    }
  }

  async #attempt(webhook: WebhookRow, delivery: Delivery): Promise<void> {
    const sent = await this.#send(webhook, delivery);
    const { meter } = this.deps;
    if (!('error' in sent)) {
      meter.delivery('delivered');
      await this.outbox.answered(webhook.id);
      return this.outbox.delivered(delivery.id, sent.status, this.#now());
    }
    if (this.#stopping.signal.aborted) return this.outbox.release(delivery.id);
    const now = this.deps.clock.now();
    if (sent.error === 'timeout') await this.outbox.timedOut(webhook.id, new Date(now + PAUSE_MS));
    else if (isFromReceiver(sent.error)) await this.outbox.answered(webhook.id);
    const next =
      sent.error === 'integrity-failure'
        ? undefined
        : nextAttemptAt(delivery.attempts + 1, delivery.giveUpAt.getTime(), now, this.random());
    meter.delivery(next === undefined ? 'dead' : 'failed');
    const dueAt = next === undefined ? undefined : new Date(next);
    return this.outbox.failed(delivery.id, { ...sent, at: new Date(now), dueAt });
  }

  async #send(webhook: WebhookRow, delivery: Delivery): Promise<Sent> {
    const { secrets, clock } = this.deps;
    if (!isAuthentic(this.deps, delivery)) {
      await raiseDeliveryAlarm(this.deps, delivery);
      return { error: 'integrity-failure', status: null };
    }
    try {
      const secret = await openWebhookSecret(secrets, webhook);
      const signed = signedHeaders(secret.bytes, delivery.eventId, clock.now(), delivery.body);
      secret.destroy();
      const headers = { 'content-type': CLOUD_EVENT_CONTENT_TYPE, 'user-agent': 'Keystead', ...signed };
      return await this.sender.post(webhook.url, headers, delivery.body, this.#stopping.signal);
    } catch (error) {
      if (!isKmsError(error, 'integrity-failure')) return { error: 'secret-unavailable', status: null };
      await raiseAlarm(this.deps, error, `webhook/${webhook.id}`);
      return { error: 'integrity-failure', status: null };
    }
  }

  #now(): Date {
    return new Date(this.deps.clock.now());
  }
}

function isFromReceiver(failure: DeliveryFailure): boolean {
  return failure === 'status' || failure === 'redirect' || failure === 'tls' || failure === 'unreachable';
}
