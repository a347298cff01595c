import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

export const TAG_BYTES = 16;

/** AEADs with a 96-bit nonce and a 128-bit tag, by OpenSSL's name. */
export type AeadCipher = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';

const OPTIONS = { authTagLength: TAG_BYTES };

/** @returns ciphertext ‖ tag */
export function sealWith(
  cipherName: AeadCipher,
  key: KeyObject,
  nonce: Buffer,
  plaintext: Buffer,
  aad: Buffer,
): Buffer {
  const cipher =
    cipherName === 'chacha20-poly1305'
      ? createCipheriv(cipherName, key, nonce, OPTIONS)
      : createCipheriv(cipherName, key, nonce, OPTIONS);
  cipher.setAAD(aad, { plaintextLength: plaintext.length });
  const sealed = cipher.update(plaintext);
  // Nothing is left over: these modes are stream ciphers.
  cipher.final();
  return Buffer.concat([sealed, cipher.getAuthTag()]);
}

/** @returns the plaintext, or undefined if it does not authenticate. What was decrypted before the tag failed is zeroed. */
export function openWith(
  cipherName: AeadCipher,
  key: KeyObject,
  nonce: Buffer,
  sealed: Buffer,
  aad: Buffer,
): Buffer | undefined {
  const bodyLength = sealed.length - TAG_BYTES;
  if (bodyLength < 0) return undefined;
  const decipher =
    cipherName === 'chacha20-poly1305'
      ? createDecipheriv(cipherName, key, nonce, OPTIONS)
      : createDecipheriv(cipherName, key, nonce, OPTIONS);
  decipher.setAAD(aad, { plaintextLength: bodyLength });
  decipher.setAuthTag(sealed.subarray(bodyLength));
  const plaintext = decipher.update(sealed.subarray(0, bodyLength));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return undefined;
  }
  return plaintext;
}
