import { createSecretKey } from 'node:crypto';
import { KmsError } from '../errors.js';
import { unwrapKwp, wrapKwp } from './aes-kwp.js';
import type { AsymmetricCipher } from './algorithm.js';
import { algorithmFor } from './algorithms.js';
import { specOfPublicKey } from './public-key-spec.js';
import { ownBuffer } from './random.js';
import { Secret } from './secret.js';
import { mustBeAlgorithm } from './algorithm-names.js';

/**
 * How key material travels under an RSA key:
 * - `rsaes-oaep-sha-256`: the material itself by RSAES-OAEP (RFC 8017); small keys only.
 * - `rsa-aes-key-wrap-sha-256`: OAEP of a new AES-256 key ‖ the material under that key by AES-KWP (RFC 5649); CKM_RSA_AES_KEY_WRAP of PKCS#11.
 * - the same with SHA-1 in OAEP, where its collisions do no harm: for clients of AWS KMS that know no other.
 */
export const WRAPPING_ALGORITHMS = [
  'rsaes-oaep-sha-256',
  'rsa-aes-key-wrap-sha-256',
  'rsaes-oaep-sha-1',
  'rsa-aes-key-wrap-sha-1',
] as const;

export type WrappingAlgorithm = (typeof WRAPPING_ALGORITHMS)[number];

/** By which the material, or the key that it is under, is encrypted. */
const OAEP: Readonly<Record<WrappingAlgorithm, string>> = {
  'rsaes-oaep-sha-256': 'rsaes-oaep-sha-256',
  'rsa-aes-key-wrap-sha-256': 'rsaes-oaep-sha-256',
  'rsaes-oaep-sha-1': 'rsaes-oaep-sha-1',
  'rsa-aes-key-wrap-sha-1': 'rsaes-oaep-sha-1',
};
const KEK_BYTES = 32;

/**
 * @param publicKeySpki the receiver's RSA key of 2048, 3072 or 4096 bits, SPKI DER
 * @param material      what `Algorithm.toExport` gave; stays the caller's
 * @throws KmsError invalid-key-material for another public key, invalid-request for an unknown algorithm or material too long for OAEP
 */
export async function wrapForExport(publicKeySpki: Buffer, material: Secret, algorithm: string): Promise<Buffer> {
  const name = mustBeAlgorithm(algorithm, WRAPPING_ALGORITHMS);
  const cipher = receiver(publicKeySpki);
  const oaep = OAEP[name];
  if (name === oaep) return cipher.encrypt(oaep, material.bytes);
  const kek = ownBuffer(KEK_BYTES);
  try {
    return Buffer.concat([await cipher.encrypt(oaep, kek), wrapKwp(createSecretKey(kek), material.bytes)]);
  } finally {
    kek.fill(0);
  }
}

/**
 * The inverse, for material that somebody brings.
 * @param importKey what `load` gave for the RSA import key: its `cipher`
 * @returns the material as `Algorithm.accept` takes it
 * @throws KmsError invalid-key-material, the same whatever is wrong with the bytes; invalid-request for an unknown algorithm
 */
export async function unwrapImported(importKey: AsymmetricCipher, wrapped: Buffer, algorithm: string): Promise<Secret> {
  const name = mustBeAlgorithm(algorithm, WRAPPING_ALGORITHMS);
  if (importKey.decrypt === undefined) throw new TypeError('the import key has no private half');
  const decrypt = (ciphertext: Buffer): Promise<Buffer | undefined> =>
    importKey.decrypt?.(OAEP[name], ciphertext) ?? Promise.resolve(undefined);

  const material =
    name === OAEP[name] ? await decrypt(wrapped) : await unwrapWithKek(importKey.ciphertextBytes, decrypt, wrapped);
  if (material === undefined || material.length === 0) {
    throw new KmsError(
      'invalid-key-material',
      'The wrapped key material does not open: wrap it again with the public key and the algorithm of this import.',
    );
  }
  return new Secret(material);
}

async function unwrapWithKek(
  rsaBytes: number,
  decrypt: (ciphertext: Buffer) => Promise<Buffer | undefined>,
  wrapped: Buffer,
): Promise<Buffer | undefined> {
  const opened = await decrypt(wrapped.subarray(0, rsaBytes));
  // A random key in place of one that did not open: both failures take the same way.
  const kek = opened?.length === KEK_BYTES ? opened : ownBuffer(KEK_BYTES);
  try {
    return unwrapKwp(createSecretKey(kek), wrapped.subarray(rsaBytes));
  } finally {
    opened?.fill(0);
    kek.fill(0);
  }
}

function receiver(publicKeySpki: Buffer): AsymmetricCipher {
  const spec = specOfPublicKey(publicKeySpki);
  const cipher = spec === undefined ? undefined : algorithmFor(spec).loadPublic(publicKeySpki).cipher;
  if (cipher === undefined) {
    throw new KmsError(
      'invalid-key-material',
      'Keys are wrapped to an RSA public key of 2048, 3072 or 4096 bits only.',
    );
  }
  return cipher;
}
