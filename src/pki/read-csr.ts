import 'reflect-metadata';
import { verify } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { algorithmFor } from '../crypto/algorithms.js';
import { isOneSequence } from '../crypto/der.js';
import { readSpki } from '../crypto/key-object.js';
import type { KeySpec } from '../crypto/key-spec.js';
import { specOfPublicKey } from '../crypto/public-key-spec.js';
import { KmsError } from '../errors.js';

const MOST_CHARACTERS = 16_384;
const PEM =
  /^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----\s+([A-Za-z0-9+/=\s]+)-----END (NEW )?CERTIFICATE REQUEST-----\s*$/;
const SPECS: readonly KeySpec[] = ['ecc-p256', 'ecc-p384', 'ed25519', 'rsa-2048', 'rsa-3072', 'rsa-4096'];
/** No SHA-1. */
const HASHES: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

/**
 * Reads a certification request (PKCS#10, RFC 2986) for its public key alone: the names and extensions that it asks for
 * count for nothing.
 * @param pem one request
 * @returns its SubjectPublicKeyInfo in DER, whose private half signed the request
 * @throws KmsError invalid-request
 */
export function readCsr(pem: string): Buffer {
  if (pem.length > MOST_CHARACTERS) throw refused(`longer than ${MOST_CHARACTERS} characters`);
  const base64 = PEM.exec(pem)?.[2];
  if (base64 === undefined) throw refused('not one PKCS#10 request in PEM (-----BEGIN CERTIFICATE REQUEST-----)');
  const der = Buffer.from(base64, 'base64');
  const request = isOneSequence(der) ? parse(der) : undefined;
  if (!request) throw refused('not a PKCS#10 request that can be read');
  const { publicKey } = request;
  mustBeStrong(publicKey);
  if (!isSignedByItself(request)) throw refused('its signature is not that of its own key, or its hash is not SHA-2');
  return publicKey;
}

interface Parsed {
  readonly publicKey: Buffer;
  readonly signed: Buffer;
  readonly signature: Buffer;
  /** `Ed25519` signs without one. */
  readonly hash: string | null | undefined;
}

function parse(der: Buffer): Parsed | undefined {
  try {
    const request = new Pkcs10CertificateRequest(der);
    const { name, hash } = request.signatureAlgorithm as { readonly name: string; readonly hash?: { name: string } };
    const signature = Buffer.from(request.signature);
    // The last element is a BIT STRING; of a signature it leaves no bit of its last byte unused.
    if (der.at(-1 - signature.length) !== 0) return undefined;
    return {
      publicKey: Buffer.from(request.publicKey.rawData),
      signed: firstElement(der),
      signature,
      hash: name === 'Ed25519' || name === 'EdDSA' ? null : HASHES[hash?.name ?? ''],
    };
  } catch {
    return undefined;
  }
}

/** Of a SEQUENCE: the bytes that are signed, as they came. */
function firstElement(sequence: Buffer): Buffer {
  const inner = sequence.subarray(headerBytes(sequence));
  const length = (inner[1] ?? 0) < 0x80 ? (inner[1] ?? 0) : inner.readUIntBE(2, headerBytes(inner) - 2);
  return inner.subarray(0, headerBytes(inner) + length);
}

/** Of tag and length. */
function headerBytes(element: Buffer): number {
  const first = element[1] ?? 0;
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}

function mustBeStrong(publicKey: Buffer): void {
  try {
    const spec = specOfPublicKey(publicKey);
    if (spec && SPECS.includes(spec)) {
      algorithmFor(spec).loadPublic(publicKey);
      return;
    }
  } catch {
    // the sentence below says it
  }
  throw refused('its key must be P-256, P-384, Ed25519, or RSA of 2048, 3072 or 4096 bits');
}

function isSignedByItself({ hash, signed, publicKey, signature }: Parsed): boolean {
  if (hash === undefined) return false;
  try {
    return verify(hash, signed, readSpki(publicKey, 'any'), signature);
  } catch {
    return false;
  }
}

function refused(why: string): KmsError {
  return new KmsError('invalid-request', `csr: ${why}`);
}
