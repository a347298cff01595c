import { KeysteadError } from './keystead-error.js';
import { isObject } from './wire.js';

/** An RFC 9457 problem document as an error; anything else that a proxy may have sent, too. */
export function readProblem(status: number, body: unknown, requestIdHeader: string | undefined): KeysteadError {
  const problem = isObject(body) ? body : {};
  const requestId = text(problem['requestId']) ?? requestIdHeader;
  const code = text(problem['code']);
  const detail = text(problem['detail']) ?? text(problem['title']);
  if (code === undefined || detail === undefined) {
    return new KeysteadError('unexpected-answer', strange(status), { status, requestId });
  }
  return new KeysteadError(code, detail, { status, requestId, approval: text(problem['approval']) });
}

/** The `error` of one item of a batch. */
export function readItemError(error: unknown): KeysteadError {
  const { code, detail } = isObject(error) ? error : {};
  return new KeysteadError(text(code) ?? 'internal-error', text(detail) ?? 'The service gave no reason.');
}

function strange(status: number): string {
  const redirect = status >= 300 && status < 400 ? ' Redirects are not followed: give the final address.' : '';
  return `The server answered ${status} without saying why in Keystead's manner: is it a proxy, or another server?${redirect}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
