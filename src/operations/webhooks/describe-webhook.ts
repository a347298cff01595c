import type { EventType } from '../../events/event-types.js';
import type { WebhookRow } from '../../events/records.js';

/** A webhook as every answer shows it, without its secret. */
export interface WebhookDescription {
  readonly id: string;
  readonly url: string;
  /** null: every type. */
  readonly types: readonly EventType[] | null;
  /** Id of the keyring whose events it takes; null: all. */
  readonly keyring: string | null;
  readonly createdAt: Date;
  /** Id of a caller. */
  readonly createdBy: string;
}

export function describeWebhook(row: Omit<WebhookRow, 'revision'>): WebhookDescription {
  const { id, url, types, onlyKeyring, createdAt, createdBy } = row;
  return { id, url, types, keyring: onlyKeyring, createdAt, createdBy };
}
