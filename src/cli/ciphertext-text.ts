import { isObject } from '../client/wire.js';
import { UsageError } from './usage-error.js';

/**
 * A direct ciphertext as people keep it: raw, in base64, or as the JSON answer that held it.
 * @throws UsageError if there is nothing
 */
export function readCiphertext(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').trim();
  if (text === '') throw new UsageError('There is nothing to decrypt: the input is empty.');
  if (/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  if (!text.startsWith('{')) return bytes;
  const answer = parse(text);
  if (!isObject(answer) || typeof answer['ciphertext'] !== 'string') return bytes;
  return Buffer.from(answer['ciphertext'], 'base64');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
