import { KeysteadError } from './keystead-error.js';

/** Names and values that encryption binds and decryption must repeat exactly. Not secret, and not stored with the data. */
export type EncryptionContext = Readonly<Record<string, string>>;

/**
 * The one canonical form: count, then each key and value as length (u32, big-endian) and UTF-8 bytes, sorted by the keys' bytes.
 * @throws KeysteadError invalid-request for text that has no UTF-8 form (a lone surrogate)
 */
export function encodeContext(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).map(([key, value]) => [utf8(key), utf8(value)] as const);
  pairs.sort(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat([u32(pairs.length), ...pairs.flat().flatMap((bytes) => [u32(bytes.length), bytes])]);
}

function utf8(text: string): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : undefined;
  if (bytes === undefined || bytes.toString('utf8') !== text) {
    throw new KeysteadError(
      'invalid-request',
      'The names and values of an encryption context must be well-formed text.',
    );
  }
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
