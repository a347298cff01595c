/**
 * The one error type inside Keystead, and the closed list of its codes. Doors translate codes into their own wire
 * errors by a complete table; nothing else may decide what a caller sees.
 */
export const ERROR_CODES = [
  // the request
  'invalid-request',
  'unsupported-operation',
  'invalid-ciphertext',
  'invalid-key-material',
  'invalid-import-token',
  'invalid-key-policy',
  'payload-too-large',
  'dry-run',
  'unsupported-media-type',
  'idempotency-mismatch',
  // the caller
  'unauthenticated',
  'permission-denied',
  'too-many-requests',
  // the thing asked for
  'not-found',
  'method-not-allowed',
  'keyring-not-found',
  'key-not-found',
  'version-not-found',
  'alias-not-found',
  'caller-not-found',
  'credential-not-found',
  'binding-not-found',
  'approval-not-found',
  'certificate-not-found',
  'role-not-found',
  'group-not-found',
  'policy-not-found',
  'grant-not-found',
  'campaign-not-found',
  'webhook-not-found',
  'delivery-not-found',
  'records-dropped',
  'name-taken',
  'campaign-exists',
  'conflict',
  'limit-reached',
  'role-in-use',
  'group-in-use',
  'conflicting-binding',
  'approval-required',
  'approval-stale',
  'not-exportable',
  'keyring-not-empty',
  'keyring-destroyed',
  'invalid-transition',
  'key-pre-active',
  'key-disabled',
  'key-pending-import',
  'key-pending-destruction',
  'key-destroyed',
  'version-retired',
  'version-disabled',
  'version-revoked',
  'version-destroyed',
  'version-in-use',
  'message-limit-reached',
  // the service
  'integrity-failure',
  'root-unavailable',
  'sealed',
  'database-unavailable',
  'overloaded',
  'shutting-down',
  'internal-error',
  // start
  'invalid-setting',
  'wrong-root-key',
  'invalid-backup',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The key that an error is about, as it was when the request was decided. */
export interface ErrorKey {
  readonly id: string;
  readonly spec: string;
  readonly usage: string;
  readonly state: string;
}

export class KmsError extends Error {
  /** For doors whose errors name it; unknown to who may not know it. */
  key?: ErrorKey;

  /**
   * @param code   what happened, from the closed list
   * @param detail a sentence for the caller: what was wrong, where, what to do. Never a secret, never an input's bytes
   * @param cause  the underlying error, for the service's own log only
   */
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    cause?: unknown,
  ) {
    super(`${code}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = 'KmsError';
  }
}

export function isKmsError(error: unknown, code?: ErrorCode): error is KmsError {
  return error instanceof KmsError && (code === undefined || error.code === code);
}
