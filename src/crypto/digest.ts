import { createHash } from 'node:crypto';
import { KmsError } from '../errors.js';
import type { SigningInput } from './algorithm.js';

/** The hashes of FIPS 180-4 that keys here use, by OpenSSL's name, with their lengths in bytes. */
export const DIGEST_BYTES = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;

export type Hash = keyof typeof DIGEST_BYTES;

export function hashOf(hash: Hash, ...parts: readonly Buffer[]): Buffer {
  const state = createHash(hash);
  for (const part of parts) state.update(part);
  return state.digest();
}

/** @throws KmsError invalid-request for a digest that `hash` cannot have made */
export function mustBeDigest(digest: Buffer, hash: Hash): Buffer {
  const expected = DIGEST_BYTES[hash];
  if (digest.length !== expected) {
    throw new KmsError(
      'invalid-request',
      `The digest for this algorithm must be ${expected} bytes, not ${digest.length}.`,
    );
  }
  return digest;
}

/** For algorithms without a pre-hashed form. @throws KmsError invalid-request for a digest */
export function mustBeMessage(input: SigningInput): Buffer {
  if ('digest' in input) {
    throw new KmsError('invalid-request', 'This algorithm signs messages, not digests: send the message itself.');
  }
  return input.message;
}
