import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { openWith, sealWith } from '../aead.js';
import type { AeadKey, Algorithm } from '../algorithm.js';
import { mustBeNonce } from '../nonce-aead.js';
import { rawKey } from '../raw-key.js';

/** XAES-256-GCM (c2sp.org/XAES-256-GCM): AES-256-GCM under a key derived per message, so that random nonces never run out. */
export function xaes256Gcm(): Algorithm {
  return {
    ...rawKey({ spec: 'aes-256-xaes', usage: 'encrypt-decrypt', generatedBytes: 32 }),
    load: (material) => ({ aead: xaesKey(createSecretKey(material.bytes)) }),
  };
}

function xaesKey(key: KeyObject): AeadKey {
  // ECB keeps no state between whole blocks, so one context serves every message of this key.
  const blocks = createCipheriv('aes-256-ecb', key, null);
  blocks.setAutoPadding(false);
  const k1 = doubled(blocks.update(Buffer.alloc(16)));

  /** SP 800-108r1 in counter mode with CMAC-AES-256: label 'X', context the nonce's first half, 256 bits. */
  const deriveKey = (nonce: Buffer): KeyObject => {
    const input = Buffer.alloc(32);
    input.set([0, 1, 0x58, 0], 0);
    nonce.copy(input, 4, 0, 12);
    input.set([0, 2, 0x58, 0], 16);
    nonce.copy(input, 20, 0, 12);
    for (let i = 0; i < 32; i++) input[i]! ^= k1[i & 15]!;
    const derived = blocks.update(input);
    const messageKey = createSecretKey(derived);
    derived.fill(0);
    return messageKey;
  };

  return {
    nonceBytes: 24,
    seal: (nonce, plaintext, aad) => {
      mustBeNonce(nonce, 24);
      return sealWith('aes-256-gcm', deriveKey(nonce), nonce.subarray(12), plaintext, aad);
    },
    open: (nonce, sealed, aad) => {
      if (nonce.length !== 24) return undefined;
      return openWith('aes-256-gcm', deriveKey(nonce), nonce.subarray(12), sealed, aad);
    },
  };
}

/** L·x in GF(2^128) (SP 800-38B 6.1), without a branch on the secret bit. Zeroes L. */
function doubled(l: Buffer): Buffer {
  const out = Buffer.alloc(16);
  for (let i = 0; i < 16; i++) out[i] = (l[i]! << 1) | ((l[i + 1] ?? 0) >> 7);
  out[15]! ^= 0x87 & -(l[0]! >> 7);
  l.fill(0);
  return out;
}
