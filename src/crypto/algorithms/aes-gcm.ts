import { createSecretKey } from 'node:crypto';
import type { Algorithm } from '../algorithm.js';
import { nonceAead } from '../nonce-aead.js';
import { rawKey } from '../raw-key.js';

/** AES-GCM (SP 800-38D) with 96-bit nonces: at most 2^32 messages a key version. */
export function aesGcm(spec: 'aes-128-gcm' | 'aes-256-gcm'): Algorithm {
  return {
    ...rawKey({ spec, usage: 'encrypt-decrypt', generatedBytes: spec === 'aes-128-gcm' ? 16 : 32 }),
    load: (material) => ({ aead: nonceAead(spec, createSecretKey(material.bytes)) }),
  };
}
