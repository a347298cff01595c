import type { KmsError } from '../../errors.js';
import { RETRY_AFTER, STATUS_OF } from './status-of.js';

/** An error as callers see it (RFC 9457). `code` is stable; `detail` is a sentence for people. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  /** Of approval-required: the id of the request to have approved. */
  readonly approval?: string;
}

export const PROBLEM_TYPE = 'application/problem+json';

export function problemOf(error: Pick<KmsError, 'code' | 'detail'>, requestId: string): Problem {
  const { code, detail } = error;
  return {
    type: `urn:keystead:problem:${code}`,
    title: titleOf(code),
    status: STATUS_OF[code],
    detail,
    code,
    requestId,
    ...('approval' in error && typeof error.approval === 'string' ? { approval: error.approval } : {}),
  };
}

/** The headers that belong to a problem, besides those of every answer. */
export function problemHeaders(error: Pick<KmsError, 'code'>): Readonly<Record<string, string>> {
  const { code } = error;
  const retryAfter = 'retryAfter' in error ? error.retryAfter : RETRY_AFTER[code];
  return {
    'content-type': PROBLEM_TYPE,
    ...(typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}),
    ...(code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="keystead"' } : {}),
  };
}

/** `key-not-found` → `Key not found`. */
function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
