import type { DeliveryFailure } from './records.js';

export type Sent = { readonly status: number } | { readonly error: DeliveryFailure; readonly status: number | null };

export abstract class WebhookSender {
  /**
   * One POST. Never rejects; nothing of the answer is kept but its status.
   * @param signal ends it
   */
  abstract post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Sent>;
}
