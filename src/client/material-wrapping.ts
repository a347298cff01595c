import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { KeysteadError } from './keystead-error.js';
import type { ImportAlgorithm } from './resource-types.js';
import { asBuffer } from './wire.js';

/** AES-KWP with its standard initial value (RFC 5649 section 3). */
const KWP = 'id-aes256-wrap-pad';
const KWP_IV = Buffer.from('A65959A6', 'hex');
const AES_KEY_BYTES = 32;

/**
 * Wraps key material for `keys.importMaterial`.
 * @param publicKey SubjectPublicKeyInfo DER of an RSA key, from `keys.importParameters`
 * @param algorithm `rsaes-oaep-sha-256` (RFC 8017 7.1) for short material; `rsa-aes-key-wrap-sha-256` (RSA-OAEP of a fresh AES-256 key, then AES-KWP) for any
 * @throws KeysteadError invalid-request if the material is too long for RSA-OAEP alone
 */
export function wrapMaterial(publicKey: Uint8Array, algorithm: ImportAlgorithm, material: Uint8Array): Buffer {
  const rsa = createPublicKey({ key: asBuffer(publicKey), format: 'der', type: 'spki' });
  if (algorithm === 'rsaes-oaep-sha-256') return seal(rsa, asBuffer(material));
  const aesKey = randomBytes(AES_KEY_BYTES);
  try {
    const cipher = createCipheriv(KWP, aesKey, KWP_IV);
    return Buffer.concat([seal(rsa, aesKey), cipher.update(material), cipher.final()]);
  } finally {
    aesKey.fill(0);
  }
}

/**
 * Opens what `keys.exportMaterial` gave.
 * @param privateKey of the RSA key whose public half was given
 * @returns the material: zero it after use
 * @throws KeysteadError invalid-key-material if it does not open
 */
export function unwrapMaterial(privateKey: KeyObject, algorithm: ImportAlgorithm, wrapped: Uint8Array): Buffer {
  try {
    if (algorithm === 'rsaes-oaep-sha-256') return open(privateKey, asBuffer(wrapped));
    const modulusBytes = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
    const aesKey = open(privateKey, asBuffer(wrapped).subarray(0, modulusBytes));
    const decipher = createDecipheriv(KWP, aesKey, KWP_IV);
    aesKey.fill(0);
    return Buffer.concat([decipher.update(asBuffer(wrapped).subarray(modulusBytes)), decipher.final()]);
  } catch (cause) {
    throw new KeysteadError('invalid-key-material', 'The wrapped material does not open with this private key.', {
      cause,
    });
  }
}

function seal(key: KeyObject, bytes: Buffer): Buffer {
  try {
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, bytes);
  } catch (cause) {
    const detail = 'The material is too long for RSA-OAEP alone: use rsa-aes-key-wrap-sha-256.';
    throw new KeysteadError('invalid-request', detail, { cause });
  }
}

function open(key: KeyObject, bytes: Buffer): Buffer {
  return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, bytes);
}
