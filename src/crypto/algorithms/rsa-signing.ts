import { constants, publicDecrypt, type KeyObject } from 'node:crypto';
import type { SigningInput, SigningKey } from '../algorithm.js';
import { mustBeDigest, type Hash } from '../digest.js';
import { encodePkcs1, encodePss, matchesPss } from '../emsa.js';
import { signOffLoop, verifyOffLoop } from '../sign-off-loop.js';
import { mustBeAlgorithm, type SigningAlgorithm } from '../algorithm-names.js';
import { bytesFromWorker } from '../worker-pool.js';

const NAMES = [
  'rsassa-pss-sha-256',
  'rsassa-pss-sha-384',
  'rsassa-pss-sha-512',
  'rsassa-pkcs1-v1_5-sha-256',
  'rsassa-pkcs1-v1_5-sha-384',
  'rsassa-pkcs1-v1_5-sha-512',
] as const satisfies readonly SigningAlgorithm[];

interface Scheme {
  readonly hash: Hash;
  readonly pss: boolean;
}

const SCHEMES: Record<(typeof NAMES)[number], Scheme> = {
  'rsassa-pss-sha-256': { hash: 'sha256', pss: true },
  'rsassa-pss-sha-384': { hash: 'sha384', pss: true },
  'rsassa-pss-sha-512': { hash: 'sha512', pss: true },
  'rsassa-pkcs1-v1_5-sha-256': { hash: 'sha256', pss: false },
  'rsassa-pkcs1-v1_5-sha-384': { hash: 'sha384', pss: false },
  'rsassa-pkcs1-v1_5-sha-512': { hash: 'sha512', pss: false },
};

/**
 * RSASSA-PSS (salt as long as the hash, MGF1 with the same hash) and RSASSA-PKCS1-v1_5 (RFC 8017 8). A digest is put into its encoded
 * message here and goes through the bare RSA function, because `sign` of node:crypto would hash it again.
 * @param length of the modulus in bytes
 */
export function rsaSigner(length: number, publicKey: KeyObject, privateKey?: KeyObject): SigningKey {
  const schemeOf = (algorithm: string): Scheme => SCHEMES[mustBeAlgorithm(algorithm, NAMES)];

  const verify = async (algorithm: string, input: SigningInput, signature: Buffer): Promise<boolean> => {
    const scheme = schemeOf(algorithm);
    // RFC 8017 8.1.2 step 1: node:crypto takes a signature that lacks its leading zeroes for whole.
    const isWhole = signature.length === length;
    if ('message' in input) {
      return isWhole && verifyOffLoop(scheme.hash, input.message, { key: publicKey, ...paddingOf(scheme) }, signature);
    }
    const digest = mustBeDigest(input.digest, scheme.hash);
    if (!isWhole) return false;
    const encoded = openSignature(publicKey, signature);
    if (encoded === undefined) return false;
    return scheme.pss
      ? matchesPss(encoded, digest, scheme.hash)
      : encoded.equals(encodePkcs1(digest, scheme.hash, length));
  };

  if (privateKey === undefined) return { algorithms: NAMES, verify };

  const sign = async (algorithm: string, input: SigningInput): Promise<Buffer> => {
    const scheme = schemeOf(algorithm);
    if ('message' in input) return signOffLoop(scheme.hash, input.message, { key: privateKey, ...paddingOf(scheme) });
    const digest = mustBeDigest(input.digest, scheme.hash);
    const encoded = (scheme.pss ? encodePss : encodePkcs1)(digest, scheme.hash, length);
    return bytesFromWorker({
      module: 'node:crypto',
      path: ['privateEncrypt'],
      args: [{ key: privateKey, padding: constants.RSA_NO_PADDING }, encoded],
    });
  };

  return { algorithms: NAMES, sign, verify };
}

function paddingOf(scheme: Scheme): { padding: number; saltLength?: number } {
  return scheme.pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
}

/** RSAVP1; undefined for a signature that is not below the modulus. */
function openSignature(publicKey: KeyObject, signature: Buffer): Buffer | undefined {
  try {
    return publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return undefined;
  }
}
