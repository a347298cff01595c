import { createSecretKey } from 'node:crypto';
import type { Algorithm } from '../algorithm.js';
import { nonceAead } from '../nonce-aead.js';
import { rawKey } from '../raw-key.js';

/** ChaCha20-Poly1305 (RFC 8439) with 96-bit nonces: at most 2^32 messages a key version. */
export function chacha20Poly1305(): Algorithm {
  return {
    ...rawKey({ spec: 'chacha20-poly1305', usage: 'encrypt-decrypt', generatedBytes: 32 }),
    load: (material) => ({ aead: nonceAead('chacha20-poly1305', createSecretKey(material.bytes)) }),
  };
}
