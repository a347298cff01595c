import { KmsError } from '../../errors.js';
import { fieldOf } from './field-of.js';

// Authenticated 256-bit ciphers. With RSA, anyone who knows the public key could plant a wrapped key of his own.
const TYPES: readonly unknown[] = ['aes256-gcm96', 'chacha20-poly1305', 'xchacha20-poly1305'];

/**
 * Reads the answer of Transit to `GET <mount>/keys/<name>`.
 * @param name for the sentence: mount and key name
 * @returns the newest version's number
 * @throws KmsError invalid-setting for a key that cannot be a root, root-unavailable if the answer is not by a Transit
 */
export function newestVersionOf(answer: unknown, name: string): number {
  const newest = transitField(answer, 'latest_version');
  if (typeof newest !== 'number') throw notTransit();
  if (!TYPES.includes(transitField(answer, 'type')) || transitField(answer, 'derived') === true) {
    throw new KmsError(
      'invalid-setting',
      `The Transit key ${name} cannot be a root key: it must be of type aes256-gcm96 or (x)chacha20-poly1305 and not derived`,
    );
  }
  return newest;
}

/** A text of a Transit answer's `data`. @throws KmsError root-unavailable if it is not there */
export function transitText(answer: unknown, name: string): string {
  const text = transitField(answer, name);
  if (typeof text !== 'string') throw notTransit();
  return text;
}

export function notTransit(): KmsError {
  return new KmsError(
    'root-unavailable',
    'The server that the root key URI names does not answer like a Transit engine',
  );
}

function transitField(answer: unknown, name: string): unknown {
  return fieldOf(fieldOf(answer, 'data'), name);
}
