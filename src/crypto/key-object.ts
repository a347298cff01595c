import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { KmsError } from '../errors.js';
import { isOneSequence } from './der.js';

/** The object identifier id-ecPublicKey, which the curve follows. */
const EC_PUBLIC_KEY = Buffer.from('06072a8648ce3d0201', 'hex');

/**
 * PKCS#8 DER → private key object.
 * @param what the spec, for the sentence
 * @throws KmsError invalid-key-material
 */
export function readPkcs8(bytes: Buffer, what: string): KeyObject {
  try {
    if (isOneSequence(bytes) && !hasExplicitCurve(bytes)) {
      return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
    }
  } catch {
    // what OpenSSL says of it may describe the secret, so it is not repeated
  }
  throw new KmsError(
    'invalid-key-material',
    `The key material for spec ${what} must be an unencrypted PKCS#8 key in DER.`,
  );
}

/**
 * SubjectPublicKeyInfo DER → public key object.
 * @throws KmsError invalid-key-material
 */
export function readSpki(bytes: Buffer, what: string): KeyObject {
  try {
    if (isOneSequence(bytes) && !hasExplicitCurve(bytes)) {
      return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
    }
  } catch {
    // the sentence below says it
  }
  throw notAPublicKey(what);
}

/** RFC 5480 2.1.1: only named curves; OpenSSL would take parameters written out, wrong cofactors among them. */
function hasExplicitCurve(bytes: Buffer): boolean {
  const at = bytes.indexOf(EC_PUBLIC_KEY);
  return at >= 0 && at < 32 && bytes[at + EC_PUBLIC_KEY.length] !== 0x06;
}

export function notAPublicKey(what: string): KmsError {
  return new KmsError(
    'invalid-key-material',
    `This is not a public key of spec ${what} (SubjectPublicKeyInfo in DER).`,
  );
}

export function spkiOf(key: KeyObject): Buffer {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** An RSA key takes seconds: of the four threads of the pool, so many may make one, and signatures and files have the others. */
const RSA_AT_ONCE = 2;
const rsaWaiting: (() => void)[] = [];
let rsaRunning = 0;

/** Key generation in the thread pool. */
export function generateOffLoop(
  parameters: { readonly rsaBits: number } | { readonly namedCurve: string },
): Promise<KeyObject> {
  return 'rsaBits' in parameters ? generateRsaInTurn(parameters.rsaBits) : generateEc(parameters.namedCurve);
}

async function generateRsaInTurn(modulusLength: number): Promise<KeyObject> {
  if (rsaRunning < RSA_AT_ONCE) rsaRunning += 1;
  else await new Promise<void>((resolve) => rsaWaiting.push(resolve));
  try {
    return await new Promise((resolve, reject) => {
      generateKeyPair('rsa', { modulusLength, publicExponent: 65_537 }, (error, _publicKey, privateKey) =>
        error ? reject(error) : resolve(privateKey),
      );
    });
  } finally {
    const next = rsaWaiting.shift();
    if (next) next();
    else rsaRunning -= 1;
  }
}

function generateEc(namedCurve: string): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair('ec', { namedCurve }, (error, _publicKey, privateKey) =>
      error ? reject(error) : resolve(privateKey),
    );
  });
}
