import type { KeyObject } from 'node:crypto';
import { KmsError } from '../errors.js';
import { openWith, sealWith, type AeadCipher } from './aead.js';
import type { AeadKey } from './algorithm.js';

/** A key of an AEAD that takes its 12-byte nonce as it is. */
export function nonceAead(cipherName: AeadCipher, key: KeyObject): AeadKey {
  return {
    nonceBytes: 12,
    seal: (nonce, plaintext, aad) => sealWith(cipherName, key, mustBeNonce(nonce, 12), plaintext, aad),
    open: (nonce, sealed, aad) => (nonce.length === 12 ? openWith(cipherName, key, nonce, sealed, aad) : undefined),
  };
}

export function mustBeNonce(nonce: Buffer, length: number): Buffer {
  if (nonce.length !== length) {
    throw new KmsError('invalid-request', `The nonce for this key must be ${length} bytes, not ${nonce.length}.`);
  }
  return nonce;
}
