/**
 * What a backup holds, in the order in which it is written and read. Every table of the schema is in one of the two lists: a test holds
 * them against it.
 */
export const BACKED_UP = [
  'install',
  'head',
  'wrapped_key',
  'install_setting',
  'keyring',
  'caller',
  'credential',
  'binding',
  'role',
  'caller_group',
  'approval',
  'pki_authority',
  'certificate',
  'webhook',
  'root_migration',
  'wrapping_key',
  'key',
  'key_version',
  'alias',
  'policy',
  'campaign',
  'message_counter',
  'key_use',
  'credential_use',
  'due_key',
  'due_keyring',
  'idempotency_key',
  'audit_origin',
  'audit_stream',
  'audit_stream_head',
  'audit_batch',
  'audit_cursor',
  'audit_tree',
  'audit_tip',
  'audit_position',
  'audit_tile',
  'audit_bundle',
  'audit_checkpoint',
  'audit_cosignature',
  'audit_revision',
  'audit_sink',
] as const;

/** And what it does not hold. */
export const LEFT_OUT = {
  migration: 'the schema is made before',
  node: 'processes that are not there any more',
  audit_record: 'made again from the log',
  audit_span: 'made again from the log',
  login_attempt: 'counts of minutes',
  import_token: 'good once: one that was used since must not be good again',
  event_delivery: 'what was told since would be told again',
  webhook_breaker: 'counts of minutes',
} as const;

/** In an archive beside the tables: what each version of a key sealed when the backup was made. */
export const SAMPLES = 'sample';

export type BackedUpTable = (typeof BACKED_UP)[number];

export function isBackedUp(table: string): table is BackedUpTable {
  return BACKED_UP.some((name) => name === table);
}
