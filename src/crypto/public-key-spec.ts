import type { KeyObject } from 'node:crypto';
import { CURVES } from './ecc-curves.js';
import { fromSpki } from './fixed-spki.js';
import { readSpki } from './key-object.js';
import type { KeySpec } from './key-spec.js';

const RSA_SPECS = new Map<number | undefined, KeySpec>([
  [2048, 'rsa-2048'],
  [3072, 'rsa-3072'],
  [4096, 'rsa-4096'],
]);

/**
 * @param spki SubjectPublicKeyInfo DER
 * @returns the spec of a key with this public half, or undefined for a key of another type or size
 * @throws KmsError invalid-key-material if it is no public key at all
 */
export function specOfPublicKey(spki: Buffer): KeySpec | undefined {
  return fromSpki(spki)?.spec ?? specOfKeyObject(readSpki(spki, 'any'));
}

export function specOfKeyObject(key: KeyObject): KeySpec | undefined {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa') return RSA_SPECS.get(details?.modulusLength);
  if (key.asymmetricKeyType !== 'ec') return undefined;
  return Object.values(CURVES).find((curve) => curve.name === details?.namedCurve)?.spec;
}
