import { createPrivateKey, type KeyObject } from 'node:crypto';
import { algorithmIdentifier, der, OCTET_STRING, SEQUENCE } from './der.js';
import type { Hash } from './digest.js';

export type EccSpec = 'ecc-p256' | 'ecc-p384' | 'ecc-p521' | 'ecc-secp256k1';

/** One curve of SP 800-186 (secp256k1: SEC 2), and the hash whose strength fits it (FIPS 186-5 6.1.1). */
export interface Curve {
  readonly spec: EccSpec;
  /** OpenSSL's name. */
  readonly name: string;
  readonly jwk: string;
  readonly oid: string;
  /** Of a scalar, and of one coordinate. */
  readonly bytes: number;
  readonly hash: Hash;
  readonly algorithm: 'ecdsa-sha-256' | 'ecdsa-sha-384' | 'ecdsa-sha-512';
  /** Where @noble/curves keeps it. */
  readonly noble: { readonly module: '@noble/curves/nist.js' | '@noble/curves/secp256k1.js'; readonly name: string };
}

export const CURVES: Record<EccSpec, Curve> = {
  'ecc-p256': {
    spec: 'ecc-p256',
    name: 'prime256v1',
    jwk: 'P-256',
    oid: '2a8648ce3d030107',
    bytes: 32,
    hash: 'sha256',
    algorithm: 'ecdsa-sha-256',
    noble: { module: '@noble/curves/nist.js', name: 'p256' },
  },
  'ecc-p384': {
    spec: 'ecc-p384',
    name: 'secp384r1',
    jwk: 'P-384',
    oid: '2b81040022',
    bytes: 48,
    hash: 'sha384',
    algorithm: 'ecdsa-sha-384',
    noble: { module: '@noble/curves/nist.js', name: 'p384' },
  },
  'ecc-p521': {
    spec: 'ecc-p521',
    name: 'secp521r1',
    jwk: 'P-521',
    oid: '2b81040023',
    bytes: 66,
    hash: 'sha512',
    algorithm: 'ecdsa-sha-512',
    noble: { module: '@noble/curves/nist.js', name: 'p521' },
  },
  'ecc-secp256k1': {
    spec: 'ecc-secp256k1',
    name: 'secp256k1',
    jwk: 'secp256k1',
    oid: '2b8104000a',
    bytes: 32,
    hash: 'sha256',
    algorithm: 'ecdsa-sha-256',
    noble: { module: '@noble/curves/secp256k1.js', name: 'secp256k1' },
  },
};

const EC_PUBLIC_KEY = '2a8648ce3d0201';
const VERSION_0 = Buffer.from('020100', 'hex');
const VERSION_1 = Buffer.from('020101', 'hex');

/** A private key object from its scalar (RFC 5958, RFC 5915); the public point is computed by OpenSSL. */
export function eccPrivateKey(curve: Curve, scalar: Buffer): KeyObject {
  const ecPrivateKey = der(SEQUENCE, VERSION_1, der(OCTET_STRING, scalar));
  const wrapped = der(OCTET_STRING, ecPrivateKey);
  const pkcs8 = der(SEQUENCE, VERSION_0, algorithmIdentifier(EC_PUBLIC_KEY, curve.oid), wrapped);
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } finally {
    for (const bytes of [ecPrivateKey, wrapped, pkcs8]) bytes.fill(0);
  }
}

/** The fixed-length scalar of a private key object. Goes through bytes only: a JWK would leave it in a string. */
export function scalarOf(curve: Curve, privateKey: KeyObject): Buffer {
  const sec1 = privateKey.export({ type: 'sec1', format: 'der' });
  // ECPrivateKey ::= SEQUENCE { INTEGER 1, OCTET STRING of the curve's length, … }; the outer length takes one or two bytes.
  const start = sec1.indexOf(Buffer.concat([VERSION_1, Buffer.of(OCTET_STRING, curve.bytes)]));
  const scalar = Buffer.alloc(curve.bytes);
  if (start === 2 || start === 3) sec1.copy(scalar, 0, start + 5);
  sec1.fill(0);
  if (start !== 2 && start !== 3) throw new Error('OpenSSL wrote an EC key in another form than RFC 5915');
  return scalar;
}
