/** Every event that a webhook can be told of. Names are for ever: receivers decide by them. */
export const EVENT_TYPES = [
  'keystead.key.rotated',
  'keystead.key.rotation-overdue',
  'keystead.key.rotation-failed',
  'keystead.key.expiring',
  'keystead.key.expired',
  'keystead.key.unused',
  'keystead.key.revoked',
  'keystead.key.destruction-scheduled',
  'keystead.key.destruction-cancelled',
  'keystead.key.destroyed',
  'keystead.version.retiring',
  'keystead.version.retired',
  'keystead.version.revoked',
  'keystead.version.destroyed',
  'keystead.credential.revoked',
  'keystead.keyring.destroyed',
  'keystead.campaign.started',
  'keystead.campaign.closed',
  'keystead.approval.requested',
  'keystead.approval.decided',
  'keystead.guarded-operation.done',
] as const;

/** Asked for at one webhook, and sent to that one whatever it takes. */
export const PING = 'keystead.webhook.ping';

export type EventType = (typeof EVENT_TYPES)[number];
