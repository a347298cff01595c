import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Digest } from './factors.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Of secrets that are needed again in the clear: a digest would not do. */
type Label = 'totp-secret' | 'access-key-secret';

/**
 * AES-256-GCM under a key that comes from the install's integrity key, what the secret is for, and the credential's id
 * alone: the row of another caller opens to nothing.
 * @returns nonce ‖ ciphertext ‖ tag, in base64
 */
export function sealSecret(digest: Digest, label: Label, credentialId: string, secret: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', digest(label, credentialId), nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** @throws Error if it does not authenticate */
export function openSecret(digest: Digest, label: Label, credentialId: string, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const end = bytes.length - TAG_BYTES;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', digest(label, credentialId), nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(end));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
}
