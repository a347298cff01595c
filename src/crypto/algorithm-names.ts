import { KmsError } from '../errors.js';

/**
 * Every name that sign and verify know. The `-jose` names give r ‖ s of fixed length (RFC 7518 3.4), the others of ECDSA a
 * DER SEQUENCE. `ed25519`, `ed25519ph` and `ml-dsa` take messages only (RFC 8032, with an
 * empty context; FIPS 204 pure, with an empty context); `ml-dsa-external-mu`
 * takes the message representative μ of FIPS 204 6.2, made elsewhere, as the digest. It signs what `ml-dsa` signs.
 */
export const SIGNING_ALGORITHMS = [
  'rsassa-pss-sha-256',
  'rsassa-pss-sha-384',
  'rsassa-pss-sha-512',
  'rsassa-pkcs1-v1_5-sha-256',
  'rsassa-pkcs1-v1_5-sha-384',
  'rsassa-pkcs1-v1_5-sha-512',
  'ecdsa-sha-256',
  'ecdsa-sha-256-jose',
  'ecdsa-sha-384',
  'ecdsa-sha-384-jose',
  'ecdsa-sha-512',
  'ecdsa-sha-512-jose',
  'ed25519',
  'ed25519ph',
  'ml-dsa',
  'ml-dsa-external-mu',
] as const;

export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** Every name that asymmetric encrypt and decrypt know (RFC 8017 7.1, MGF1 with the same hash, empty label). */
export const ENCRYPTION_ALGORITHMS = ['rsaes-oaep-sha-256', 'rsaes-oaep-sha-1'] as const;

export type EncryptionAlgorithm = (typeof ENCRYPTION_ALGORITHMS)[number];

/** @throws KmsError invalid-request unless `name` is one of `allowed` */
export function mustBeAlgorithm<Name extends string>(name: string, allowed: readonly Name[]): Name {
  const found = allowed.find((candidate) => candidate === name);
  if (found === undefined) {
    throw new KmsError('invalid-request', `The algorithm is not one that this key takes: use ${allowed.join(', ')}.`);
  }
  return found;
}
