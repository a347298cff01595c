import type { Algorithm } from './algorithm.js';
import { aesGcm } from './algorithms/aes-gcm.js';
import { chacha20Poly1305 } from './algorithms/chacha20-poly1305.js';
import { ecc } from './algorithms/ecc.js';
import { ed25519 } from './algorithms/ed25519.js';
import { hmac } from './algorithms/hmac.js';
import { mlDsa } from './algorithms/ml-dsa.js';
import { mlKem } from './algorithms/ml-kem.js';
import { rsa } from './algorithms/rsa.js';
import { x25519 } from './algorithms/x25519.js';
import { xaes256Gcm } from './algorithms/xaes-256-gcm.js';
import type { KeySpec } from './key-spec.js';

/** Everything a key can be: one line per spec. */
export const ALGORITHMS: Record<KeySpec, Algorithm> = {
  'aes-256-xaes': xaes256Gcm(),
  'aes-256-gcm': aesGcm('aes-256-gcm'),
  'aes-128-gcm': aesGcm('aes-128-gcm'),
  'chacha20-poly1305': chacha20Poly1305(),
  'hmac-sha-224': hmac('hmac-sha-224'),
  'hmac-sha-256': hmac('hmac-sha-256'),
  'hmac-sha-384': hmac('hmac-sha-384'),
  'hmac-sha-512': hmac('hmac-sha-512'),
  'rsa-2048': rsa('rsa-2048'),
  'rsa-3072': rsa('rsa-3072'),
  'rsa-4096': rsa('rsa-4096'),
  'ecc-p256': ecc('ecc-p256'),
  'ecc-p384': ecc('ecc-p384'),
  'ecc-p521': ecc('ecc-p521'),
  'ecc-secp256k1': ecc('ecc-secp256k1'),
  ed25519: ed25519(),
  x25519: x25519(),
  'ml-dsa-44': mlDsa('ml-dsa-44'),
  'ml-dsa-65': mlDsa('ml-dsa-65'),
  'ml-dsa-87': mlDsa('ml-dsa-87'),
  'ml-kem-512': mlKem('ml-kem-512'),
  'ml-kem-768': mlKem('ml-kem-768'),
  'ml-kem-1024': mlKem('ml-kem-1024'),
};

export function algorithmFor(spec: KeySpec): Algorithm {
  return ALGORITHMS[spec];
}
