import type { ErrorCode } from '../../errors.js';

/** The HTTP status of every error code: the whole table. */
export const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  'invalid-request': 400,
  'unsupported-operation': 400,
  'invalid-ciphertext': 400,
  'invalid-key-material': 400,
  'invalid-import-token': 400,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'idempotency-mismatch': 422,

  unauthenticated: 401,
  'permission-denied': 403,
  'too-many-requests': 429,

  'not-found': 404,
  'method-not-allowed': 405,
  'keyring-not-found': 404,
  'key-not-found': 404,
  'version-not-found': 404,
  'alias-not-found': 404,
  'caller-not-found': 404,
  'credential-not-found': 404,
  'binding-not-found': 404,
  'approval-not-found': 404,
  'certificate-not-found': 404,
  'role-not-found': 404,
  'group-not-found': 404,
  'policy-not-found': 404,
  'campaign-not-found': 404,

  'name-taken': 409,
  'campaign-exists': 409,
  conflict: 409,
  'limit-reached': 409,
  'role-in-use': 409,
  'group-in-use': 409,
  'conflicting-binding': 409,
  'approval-required': 409,
  'approval-stale': 409,
  'not-exportable': 409,
  'keyring-not-empty': 409,
  'keyring-destroyed': 409,
  'invalid-transition': 409,
  'key-pre-active': 409,
  'key-disabled': 409,
  'key-pending-import': 409,
  'key-pending-destruction': 409,
  'key-destroyed': 409,
  'version-retired': 409,
  'version-disabled': 409,
  'version-revoked': 409,
  'version-destroyed': 409,
  'version-in-use': 409,
  'message-limit-reached': 409,

  'integrity-failure': 500,
  'internal-error': 500,
  'root-unavailable': 503,
  'database-unavailable': 503,
  overloaded: 503,
  'shutting-down': 503,

  // These end a start; should one reach a request, it is the service's fault.
  'invalid-setting': 500,
  'wrong-root-key': 503,
};

/** Seconds after which it makes sense to try again, for the header Retry-After. */
export const RETRY_AFTER: Partial<Readonly<Record<ErrorCode, number>>> = {
  'too-many-requests': 1,
  'root-unavailable': 5,
  'database-unavailable': 2,
  overloaded: 1,
  'shutting-down': 2,
  'wrong-root-key': 30,
};
