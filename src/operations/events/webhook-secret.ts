import { ownBuffer } from '../../crypto/random.js';
import { Secret } from '../../crypto/secret.js';
import { writeWebhookSecret } from '../../events/webhook-signature.js';
import type { WebhookRow } from '../../events/records.js';
import { WrappingKey } from '../../keys/material.js';
import type { WrappedName, WrappedObject } from '../../keys/wrapped-object.js';
import type { KeyringSecrets } from '../keyring-secrets.js';

const VERSION = 1;

interface MadeSecret {
  /** For the receiver, shown once. */
  readonly text: string;
  readonly secret: Buffer;
  readonly wrapped: readonly WrappedObject[];
}

/** Under a wrapping key of its own, which ends with the webhook. @throws KmsError root-unavailable */
export async function makeWebhookSecret(secrets: KeyringSecrets, webhookId: string): Promise<MadeSecret> {
  const [wrappingSecret, secret] = [new Secret(ownBuffer(32)), new Secret(ownBuffer(32))];
  try {
    const wrapped = await secrets.wrap(wrappingNameOf(webhookId), wrappingSecret);
    return {
      text: writeWebhookSecret(secret.bytes),
      secret: new WrappingKey(VERSION, wrappingSecret).wrapSecret(secret, labelOf(webhookId)),
      wrapped,
    };
  } finally {
    wrappingSecret.destroy();
    secret.destroy();
  }
}

/** @throws KmsError root-unavailable, integrity-failure */
export async function openWebhookSecret(
  secrets: KeyringSecrets,
  { id, secret }: Pick<WebhookRow, 'id' | 'secret'>,
): Promise<Secret> {
  const wrappingKey = await secrets.wrappingKey(id, VERSION);
  return wrappingKey.unwrapSecret(secret, labelOf(id));
}

/** The wrapping key without which the secret cannot be opened any more. */
export function wrappingNameOf(webhookId: string): WrappedName {
  return { kind: 'wrapping', scopeId: webhookId, version: VERSION };
}

function labelOf(webhookId: string): readonly string[] {
  return ['webhook', webhookId];
}
