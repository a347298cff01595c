import { KmsError } from '../errors.js';

/** @param why begins small: what is wrong with the archive, and what that means */
export function invalidBackup(why: string, cause?: unknown): KmsError {
  return new KmsError('invalid-backup', `this backup cannot be used: ${why}. Nothing of it was kept`, cause);
}
