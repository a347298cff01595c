import type { KeyObject } from 'node:crypto';
import type { SigningInput, SigningKey } from '../algorithm.js';
import { mustBeDigest } from '../digest.js';
import { scalarOf, type Curve } from '../ecc-curves.js';
import { signOffLoop, signQuick, verifyOffLoop, verifyQuick } from '../sign-off-loop.js';
import { mustBeAlgorithm } from '../algorithm-names.js';
import { bytesFromWorker, RefusedByFunction, runInWorker } from '../worker-pool.js';

/**
 * ECDSA (FIPS 186-5 6) with the curve's hash, as DER (the default) or as r ‖ s. S is taken as it comes: the standards ask for no low S.
 *
 * A message goes to OpenSSL. A digest goes to @noble/curves in a worker, because `sign` of node:crypto always hashes; that code is not
 * constant-time, which its own thread and a nonce hedged with fresh randomness (RFC 6979 3.6) make hard to measure.
 */
export function ecdsaSigner(curve: Curve, publicKey: KeyObject, privateKey?: KeyObject): SigningKey {
  const algorithms = [curve.algorithm, `${curve.algorithm}-jose`] as const;
  const quick = curve.spec === 'ecc-p256';
  const isDer = (algorithm: string): boolean => mustBeAlgorithm(algorithm, algorithms) === curve.algorithm;

  const verify = async (algorithm: string, input: SigningInput, signature: Buffer): Promise<boolean> => {
    const asDer = isDer(algorithm);
    if (!asDer && signature.length !== 2 * curve.bytes) return false;
    if ('message' in input) {
      const key = { key: publicKey, ...openSslForm(asDer) };
      return (quick ? verifyQuick : verifyOffLoop)(curve.hash, input.message, key, signature);
    }
    const digest = mustBeDigest(input.digest, curve.hash);
    try {
      const args = [signature, digest, pointOf(publicKey), nobleForm(asDer)];
      return (await runInWorker({ module: curve.noble.module, path: [curve.noble.name, 'verify'], args })) === true;
    } catch (error) {
      if (error instanceof RefusedByFunction) return false;
      throw error;
    }
  };

  if (privateKey === undefined) return { algorithms, verify };

  const sign = async (algorithm: string, input: SigningInput): Promise<Buffer> => {
    const asDer = isDer(algorithm);
    if ('message' in input) {
      const key = { key: privateKey, ...openSslForm(asDer) };
      return (quick ? signQuick : signOffLoop)(curve.hash, input.message, key);
    }
    const digest = mustBeDigest(input.digest, curve.hash);
    const scalar = scalarOf(curve, privateKey);
    const signature = bytesFromWorker({
      module: curve.noble.module,
      path: [curve.noble.name, 'sign'],
      args: [digest, scalar, { ...nobleForm(asDer), extraEntropy: true }],
    });
    try {
      return await signature;
    } finally {
      scalar.fill(0);
    }
  };

  return { algorithms, sign, verify };
}

function openSslForm(asDer: boolean): { readonly dsaEncoding: 'der' | 'ieee-p1363' } {
  return { dsaEncoding: asDer ? 'der' : 'ieee-p1363' };
}

function nobleForm(asDer: boolean): { readonly prehash: false; readonly lowS: false; readonly format: string } {
  return { prehash: false, lowS: false, format: asDer ? 'der' : 'compact' };
}

/** The uncompressed point (SEC 1 2.3.3). */
function pointOf(publicKey: KeyObject): Buffer {
  const { x, y } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(String(x), 'base64url'), Buffer.from(String(y), 'base64url')]);
}
