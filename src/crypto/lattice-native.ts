import * as nodeCrypto from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KmsError } from '../errors.js';
import { der, OCTET_STRING, SEQUENCE } from './der.js';
import { algorithmOf } from './fixed-spki.js';

export type MlDsaSpec = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';
export type MlKemSpec = 'ml-kem-512' | 'ml-kem-768' | 'ml-kem-1024';
export type LatticeSpec = MlDsaSpec | MlKemSpec;

/** Who computes: OpenSSL through node:crypto, or @noble/post-quantum in a worker. Keys and outputs are the same. */
export type LatticeBackend = 'native' | 'portable';

/** The part of node:crypto that only newer versions of Node have (from 24.7), and only above OpenSSL 3.5. */
interface NativeKem {
  encapsulate(key: KeyObject): { readonly sharedKey: Uint8Array; readonly ciphertext: Uint8Array };
  decapsulate(key: KeyObject, ciphertext: Buffer): Uint8Array;
}

const VERSION_0 = Buffer.from('020100', 'hex');
const SEED_FORM = 0x80;

/** @throws KmsError internal-error where Node lacks it; ask `preferredBackend` first */
export function nativeKem(): NativeKem {
  const crypto: object = nodeCrypto;
  if (!hasKem(crypto)) throw new KmsError('internal-error', 'This Node has no ML-KEM of its own.');
  return crypto;
}

let native: boolean | undefined;

/** Native where the running Node and its OpenSSL really have it: tried out once. */
export function preferredBackend(): LatticeBackend {
  native ??= tryNative();
  return native ? 'native' : 'portable';
}

/** The private key object of a seed, in the seed-only form of PKCS#8 (RFC 9881 6, RFC 9935 6). Native only. */
export function privateKeyOfLatticeSeed(spec: LatticeSpec, seed: Buffer): KeyObject {
  const pkcs8 = pkcs8OfLatticeSeed(spec, seed);
  try {
    return nodeCrypto.createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } finally {
    pkcs8.fill(0);
  }
}

/** A seed in the seed-only form of PKCS#8 (RFC 9881 6, RFC 9935 6), DER. */
export function pkcs8OfLatticeSeed(spec: LatticeSpec, seed: Buffer): Buffer {
  const seedForm = der(SEED_FORM, seed);
  try {
    return der(SEQUENCE, VERSION_0, algorithmOf(spec), der(OCTET_STRING, seedForm));
  } finally {
    seedForm.fill(0);
  }
}

export function isLatticeSpec(spec: string): spec is LatticeSpec {
  return /^ml-(dsa|kem)-/.test(spec);
}

function hasKem(module: object): module is NativeKem {
  return 'encapsulate' in module && 'decapsulate' in module;
}

function tryNative(): boolean {
  if (!hasKem(nodeCrypto)) return false;
  try {
    privateKeyOfLatticeSeed('ml-dsa-44', Buffer.alloc(32));
    privateKeyOfLatticeSeed('ml-kem-512', Buffer.alloc(64));
    return true;
  } catch {
    return false;
  }
}
