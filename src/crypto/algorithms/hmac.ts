import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Algorithm, MacKey } from '../algorithm.js';
import { DIGEST_BYTES } from '../digest.js';
import { rawKey } from '../raw-key.js';

const HASHES = {
  'hmac-sha-224': 'sha224',
  'hmac-sha-256': 'sha256',
  'hmac-sha-384': 'sha384',
  'hmac-sha-512': 'sha512',
} as const;

/** HMAC (FIPS 198-1). Made with as many bytes as the hash gives; a brought key may have up to one block, which HMAC uses whole. */
export function hmac(spec: keyof typeof HASHES): Algorithm {
  const hash = HASHES[spec];
  const bytes = DIGEST_BYTES[hash];
  const block = bytes <= 32 ? 64 : 128;
  return {
    ...rawKey({ spec, usage: 'generate-verify-mac', generatedBytes: bytes, acceptedBytes: { min: bytes, max: block } }),
    load: (material) => ({ mac: hmacKey(hash, createSecretKey(material.bytes)) }),
  };
}

function hmacKey(hash: string, key: KeyObject): MacKey {
  const mac = (message: Buffer): Buffer => createHmac(hash, key).update(message).digest();
  return {
    mac,
    verify: (message, given) => {
      const expected = mac(message);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
