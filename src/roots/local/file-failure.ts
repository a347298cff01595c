import { isKmsError, KmsError, type ErrorCode } from '../../errors.js';

const MISSING =
  'does not exist. Put it back from a backup or correct the path; it is never made anew for existing data';
const FORBIDDEN =
  'cannot be used by the user that the service runs as. Check owner and mode of the file and its directory';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', MISSING],
  ['ENOTDIR', MISSING],
  ['ELOOP', 'is a symbolic link. Name the file itself: rotation replaces it'],
  ['EACCES', FORBIDDEN],
  ['EPERM', FORBIDDEN],
  ['EEXIST', 'exists already and is not overwritten'],
  ['ENOSPC', 'cannot be written: the disk is full. What was there is untouched'],
  ['EROFS', 'is on a read-only file system, so that it cannot be rotated'],
]);

/** Turns a file system error into a sentence about the root key file. A KmsError is passed on as it is. */
export function fileFailure(code: ErrorCode, path: string, error: unknown): KmsError {
  if (isKmsError(error)) return error;
  const system = systemCode(error) ?? 'unknown error';
  return new KmsError(code, `The root key file ${path} ${REASONS.get(system) ?? `cannot be used (${system})`}`, error);
}

/** `ENOENT` and so on; undefined for anything that is not a system error. */
export function systemCode(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
