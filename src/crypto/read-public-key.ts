import { createPublicKey, type KeyObject } from 'node:crypto';
import { KmsError } from '../errors.js';
import { isOneSequence } from './der.js';
import { fromSpki, toSpki, type RawPublicKeySpec } from './fixed-spki.js';
import { readSpki, spkiOf } from './key-object.js';
import type { KeySpec } from './key-spec.js';
import { specOfKeyObject } from './public-key-spec.js';

/** A public key that a caller gave, in the one form that this room works with. */
export interface GivenPublicKey {
  readonly spec: KeySpec;
  /** SubjectPublicKeyInfo DER; the point of an EC key uncompressed. */
  readonly spki: Buffer;
}

const FORMS = 'a PEM "PUBLIC KEY", SubjectPublicKeyInfo in DER or base64, or a JWK';

/**
 * @param given a Buffer of DER (SPKI); a string of PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`), of base64 DER or of a JWK; or a JWK object
 * @throws KmsError invalid-key-material with what is wrong; for a private key it says that the key is exposed
 */
export function readPublicKey(given: Buffer | string | Readonly<Record<string, unknown>>): GivenPublicKey {
  if (Buffer.isBuffer(given)) return fromDer(given);
  if (typeof given !== 'string') return fromJwk(given);
  const text = given.trim();
  if (text.startsWith('-----BEGIN')) return fromPem(text);
  if (text.startsWith('{')) return fromJwk(parseJwk(text));
  if (/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) return fromDer(Buffer.from(text, 'base64'));
  throw refused(`It must be ${FORMS}.`);
}

function fromDer(bytes: Buffer): GivenPublicKey {
  if (!isOneSequence(bytes)) throw refused(`It must be ${FORMS}.`);
  const fixed = fromSpki(bytes);
  if (fixed !== undefined) return { spec: fixed.spec, spki: Buffer.from(bytes) };
  return fromKeyObject(() => readSpki(bytes, 'any'));
}

function fromPem(text: string): GivenPublicKey {
  const match = /^-----BEGIN ([A-Z0-9 ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----$/.exec(text);
  const label = /^-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1] ?? '';
  if (label.includes('PRIVATE KEY')) throw exposed();
  if (label === 'CERTIFICATE') throw refused('This is a certificate: send the public key that is in it.');
  if (match === null) throw refused(`It must be ${FORMS}.`);
  if (label === 'PUBLIC KEY') return fromDer(Buffer.from(match[2] ?? '', 'base64'));
  if (label === 'RSA PUBLIC KEY') return fromKeyObject(() => createPublicKey({ key: text, format: 'pem' }));
  throw refused(`The PEM label must be PUBLIC KEY, not ${label}.`);
}

function fromJwk(jwk: Readonly<Record<string, unknown>>): GivenPublicKey {
  if (['d', 'p', 'q', 'k', 'priv'].some((member) => member in jwk)) throw exposed();
  const { kty, crv, alg } = jwk;
  switch (kty) {
    case 'RSA':
      return fromKeyObject(() =>
        createPublicKey({ key: { kty, n: member(jwk, 'n'), e: member(jwk, 'e') }, format: 'jwk' }),
      );
    case 'EC': {
      const key = { kty, crv: member(jwk, 'crv'), x: member(jwk, 'x'), y: member(jwk, 'y') };
      return fromKeyObject(() => createPublicKey({ key, format: 'jwk' }));
    }
    case 'OKP':
      if (crv !== 'Ed25519' && crv !== 'X25519') throw refused('The JWK member crv must be Ed25519 or X25519.');
      return fromRaw(crv === 'Ed25519' ? 'ed25519' : 'x25519', member(jwk, 'x'));
    case 'AKP': {
      const spec = AKP_SPECS.find((candidate) => candidate.toUpperCase() === alg);
      if (spec === undefined)
        throw refused('The JWK member alg must be ML-DSA-44, -65 or -87, or ML-KEM-512, -768 or -1024.');
      return fromRaw(spec, member(jwk, 'pub'));
    }
    default:
      throw refused('The JWK member kty must be RSA, EC, OKP or AKP.');
  }
}

const AKP_SPECS = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87', 'ml-kem-512', 'ml-kem-768', 'ml-kem-1024'] as const;

function parseJwk(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return Object.fromEntries(Object.entries(parsed));
  } catch {
    // said below
  }
  throw refused('It begins like a JWK but is not well-formed JSON.');
}

function member(jwk: Readonly<Record<string, unknown>>, name: string): string {
  const value = jwk[name];
  if (typeof value === 'string' && /^[A-Za-z0-9_-]+$/.test(value)) return value;
  throw refused(`The JWK member ${name} must be there, as base64url without padding.`);
}

function fromRaw(spec: RawPublicKeySpec, base64url: string): GivenPublicKey {
  try {
    return { spec, spki: toSpki(spec, Buffer.from(base64url, 'base64url')) };
  } catch {
    throw refused(`The public key has a wrong length for ${spec}.`);
  }
}

function fromKeyObject(make: () => KeyObject): GivenPublicKey {
  let key: KeyObject;
  try {
    key = make();
  } catch {
    throw refused(`It must be ${FORMS}, and an EC key must be a point on its curve.`);
  }
  const spec = specOfKeyObject(key);
  if (spec === undefined) {
    throw refused('Its type or size is none of: RSA of 2048, 3072 or 4096 bits, P-256, P-384, P-521, secp256k1.');
  }
  if (key.asymmetricKeyType !== 'ec') return { spec, spki: spkiOf(key) };
  // By way of a JWK, which has both coordinates, a compressed point is written in full.
  return { spec, spki: spkiOf(createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' })) };
}

function refused(why: string): KmsError {
  return new KmsError('invalid-key-material', `The public key cannot be used. ${why}`);
}

function exposed(): KmsError {
  return new KmsError(
    'invalid-key-material',
    'This is a private or secret key. Only public keys are taken here: treat the key as exposed and replace it.',
  );
}
