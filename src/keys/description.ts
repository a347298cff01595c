import { KmsError } from '../errors.js';

export const MAX_DESCRIPTION_BYTES = 1024;

/** @throws KmsError invalid-request */
export function mustBeDescription(text: string): void {
  if (Buffer.byteLength(text) <= MAX_DESCRIPTION_BYTES && text.isWellFormed() && !text.includes('\0')) return;
  throw new KmsError('invalid-request', `description: at most ${MAX_DESCRIPTION_BYTES} bytes of text, without NUL`);
}
