import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** The form in which a receiver is given the secret (Standard Webhooks, "Signature scheme"). */
export function writeWebhookSecret(secret: Buffer): string {
  return `${PREFIX}${secret.toString('base64')}`;
}

/**
 * Headers of one attempt (Standard Webhooks): HMAC-SHA-256 over `id.timestamp.body`.
 * @param id the event's, the same in every attempt, so that a receiver can tell a repeat
 * @param at of this attempt, milliseconds, so that an old one cannot be replayed
 */
export function signedHeaders(secret: Buffer, id: string, at: number, body: string): Readonly<Record<string, string>> {
  const timestamp = `${Math.floor(at / 1000)}`;
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
