import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/** The alternative initial value of RFC 5649 3. */
const AIV = Buffer.from('A65959A6', 'hex');

/**
 * AES Key Wrap with Padding (RFC 5649, SP 800-38F KWP).
 * @param kek       AES key of 16, 24 or 32 bytes
 * @param plaintext one byte or more
 * @returns the plaintext's length rounded up to 8, and 8 more
 */
export function wrapKwp(kek: KeyObject, plaintext: Buffer): Buffer {
  const cipher = createCipheriv(cipherName(kek), kek, AIV);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
}

/** @returns the plaintext, or undefined if it is not what `wrapKwp` made with this key */
export function unwrapKwp(kek: KeyObject, wrapped: Buffer): Buffer | undefined {
  if (wrapped.length < 16 || wrapped.length % 8 !== 0) return undefined;
  try {
    // All of it comes from `update`; the integrity check is inside it.
    return createDecipheriv(cipherName(kek), kek, AIV).update(wrapped);
  } catch {
    return undefined;
  }
}

function cipherName(kek: KeyObject): string {
  return `id-aes${(kek.symmetricKeySize ?? 0) * 8}-wrap-pad`;
}
