import { isKmsError, type ErrorCode } from '../errors.js';

/** Codes that the client itself finds, beside the service's own. */
export type ClientErrorCode =
  /** No connection, or it broke, also after the retries. */
  | 'connection-failed'
  /** Something answered, but by TLS it is not the server: another authority, name or public key, or a certificate that ended. */
  | 'server-not-trusted'
  /** No answer within `timeoutMs`. The service may still have done what was asked. */
  | 'timeout'
  /** The caller's own signal ended the call. */
  | 'aborted'
  /** A file's data key is under a version that is compromised: whoever has the key could have made the file. */
  | 'not-authentic'
  /** Something answered, but not in the service's manner: a proxy, another server. */
  | 'unexpected-answer'
  /** A repeated creation found the thing made, and its one-time secret lost with the first answer. */
  | 'one-time-secret-lost';

export interface KeysteadErrorContext {
  /** The HTTP status, where the service answered. */
  readonly status?: number | undefined;
  /** The id under which the service logged and audited the request. */
  readonly requestId?: string | undefined;
  /** Of approval-required: the id of the request to have approved. */
  readonly approval?: string | undefined;
  readonly cause?: unknown;
}

/** The one error that this library throws: a stable `code` to decide by, and a sentence in `detail` to show. */
export class KeysteadError extends Error {
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly approval: string | undefined;

  constructor(
    /** A newer service may know codes that are not in the lists. */
    readonly code: ErrorCode | ClientErrorCode | (string & {}),
    readonly detail: string,
    context: KeysteadErrorContext = {},
  ) {
    super(`${code}: ${detail}`, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = 'KeysteadError';
    this.status = context.status;
    this.requestId = context.requestId;
    this.approval = context.approval;
  }
}

export function isKeysteadError(error: unknown, code?: KeysteadError['code']): error is KeysteadError {
  return error instanceof KeysteadError && (code === undefined || error.code === code);
}

/** Errors of the parts that are shared with the service, brought to the client's own type. */
export function asKeysteadError(error: unknown): unknown {
  return isKmsError(error) ? new KeysteadError(error.code, error.detail, { cause: error }) : error;
}
