import { KmsError } from '../errors.js';

/** What a caller binds to a ciphertext: a map of strings, authenticated and not stored. Frozen once parsed. */
export type EncryptionContext = Readonly<Record<string, string>>;

export const CONTEXT_LIMITS = { pairs: 64, keyBytes: 256, totalBytes: 8192 } as const;

const EMPTY = Buffer.alloc(4);

/**
 * The canonical bytes of a context: count (u32), then each key and value with its u32 length, keys in the order of
 * their UTF-8 bytes. No normalisation: what was bound is what must be given again.
 * @throws KmsError invalid-request for ill-formed UTF-16, an empty key, or a map over `CONTEXT_LIMITS`
 */
export function canonicalContext(context: EncryptionContext | undefined): Buffer {
  if (context === undefined) return EMPTY;
  const names = Object.keys(context);
  if (names.length === 0) return EMPTY;
  if (names.length > CONTEXT_LIMITS.pairs) {
    throw new KmsError('invalid-request', `context: at most ${CONTEXT_LIMITS.pairs} pairs, ${names.length} given`);
  }
  const pairs = names.map((name): readonly [Buffer, Buffer] => {
    const value = context[name];
    if (name.length === 0 || typeof value !== 'string' || !name.isWellFormed() || !value.isWellFormed()) {
      throw new KmsError(
        'invalid-request',
        'context: every key and value must be a well-formed string, keys not empty',
      );
    }
    return [Buffer.from(name), Buffer.from(value)];
  });
  pairs.sort((a, b) => a[0].compare(b[0]));
  let total = 4;
  for (const [name, value] of pairs) {
    if (name.length > CONTEXT_LIMITS.keyBytes) {
      throw new KmsError('invalid-request', `context: a key is longer than ${CONTEXT_LIMITS.keyBytes} bytes`);
    }
    total += 8 + name.length + value.length;
  }
  if (total > CONTEXT_LIMITS.totalBytes) {
    throw new KmsError('invalid-request', `context: longer than ${CONTEXT_LIMITS.totalBytes} bytes in canonical form`);
  }
  return encodePairs(pairs, total);
}

function encodePairs(pairs: readonly (readonly [Buffer, Buffer])[], total: number): Buffer {
  const out = Buffer.allocUnsafe(total);
  let at = out.writeUInt32BE(pairs.length, 0);
  for (const pair of pairs) {
    for (const part of pair) {
      at = out.writeUInt32BE(part.length, at);
      at += part.copy(out, at);
    }
  }
  return out;
}
