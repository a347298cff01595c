import { isKeysteadError } from '../client/client.js';
import { isObject, type WireObject } from '../client/wire.js';
import { NotVerified } from '../audit/verifier/not-verified.js';
import { printable } from './printable.js';
import { UsageError } from './usage-error.js';

/** What went wrong, for `--json`. */
export interface Explanation {
  readonly code: string;
  readonly detail: string;
  readonly requestId?: string;
  /** Of approval-required. */
  readonly approval?: string;
}

/** Any error as a code and a sentence; never a stack trace. */
export function explain(error: unknown): Explanation {
  if (isKeysteadError(error)) {
    const { code, detail, requestId, approval } = error;
    return {
      code,
      detail,
      ...(requestId === undefined ? {} : { requestId }),
      ...(approval === undefined ? {} : { approval }),
    };
  }
  if (error instanceof UsageError) return { code: 'usage', detail: error.message };
  if (error instanceof NotVerified) return { code: 'not-verified', detail: `${error.message}.` };
  if (!isObject(error)) return { code: 'failed', detail: String(error) };
  if (error['name'] === 'AbortError') return { code: 'aborted', detail: 'Interrupted.' };
  return { code: 'failed', detail: fileTrouble(error) ?? String(error['message']) };
}

/** `keystead: the sentence (code, request id)`. */
export function explanationLine({ code, detail, requestId }: Explanation): string {
  const local = code === 'usage' || code === 'failed';
  const notes = [local ? '' : code, requestId === undefined ? '' : `request ${requestId}`].filter(
    (note) => note !== '',
  );
  return `keystead: ${detail.split('\n').map(printable).join('\n')}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}\n`;
}

const TROUBLES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ENOSPC: 'no space is left on the device',
  EROFS: 'the file system is read-only',
  EEXIST: 'it exists already',
  EMFILE: 'too many files are open',
};

function fileTrouble({ code, path }: WireObject): string | undefined {
  const trouble = TROUBLES[String(code)];
  return trouble === undefined || typeof path !== 'string' ? undefined : `${path}: ${trouble}.`;
}
