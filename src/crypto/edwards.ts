import { createPrivateKey, type KeyObject } from 'node:crypto';
import { KmsError } from '../errors.js';
import { der, OCTET_STRING, SEQUENCE } from './der.js';
import { algorithmOf, fromSpki } from './fixed-spki.js';
import { notAPublicKey, readPkcs8, readSpki } from './key-object.js';

export type EdwardsSpec = 'ed25519' | 'x25519';

export const SEED_BYTES = 32;
const VERSION_0 = Buffer.from('020100', 'hex');

/** The private key object of a 32-byte seed (RFC 8410 7). */
export function privateKeyOfSeed(spec: EdwardsSpec, seed: Buffer): KeyObject {
  const inner = der(OCTET_STRING, seed);
  const pkcs8 = der(SEQUENCE, VERSION_0, algorithmOf(spec), der(OCTET_STRING, inner));
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } finally {
    inner.fill(0);
    pkcs8.fill(0);
  }
}

/** PKCS#8 DER → the seed. @throws KmsError invalid-key-material */
export function seedOfPkcs8(spec: EdwardsSpec, bytes: Buffer): Buffer {
  const privateKey = readPkcs8(bytes, spec);
  if (privateKey.asymmetricKeyType !== spec) {
    throw new KmsError('invalid-key-material', `The key material is not a key of spec ${spec}.`);
  }
  // OpenSSL writes version 0 without a public key, so that the seed comes last.
  const canonical = privateKey.export({ type: 'pkcs8', format: 'der' });
  const seed = Buffer.alloc(SEED_BYTES);
  canonical.copy(seed, 0, canonical.length - SEED_BYTES);
  canonical.fill(0);
  return seed;
}

/** @throws KmsError invalid-key-material */
export function publicKeyOfSpki(spec: EdwardsSpec, spki: Buffer): KeyObject {
  if (fromSpki(spki)?.spec !== spec) throw notAPublicKey(spec);
  return readSpki(spki, spec);
}
