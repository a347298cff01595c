import { z } from 'zod';
import { KEY_SPECS, KEY_USAGES } from '../../../operations/vocabulary.js';
import { bytes, MAX_VERSION, numeral, version } from './words.js';

const wrapping = z.enum(['rsaes-oaep-sha-256', 'rsa-aes-key-wrap-sha-256']).meta({
  description:
    'rsa-aes-key-wrap-sha-256: an AES key by RSA-OAEP, then the material by AES-KWP (RFC 5649), one after the other',
});

export const importParametersBody = z.strictObject({ algorithm: wrapping });

export const importBody = z.strictObject({
  importToken: z.string().min(1).max(4096).meta({ description: 'From import-parameters' }),
  wrappedMaterial: bytes('The material, wrapped to the public key of import-parameters'),
});

export const exportBody = z.strictObject({
  publicKey: z.string().min(1).max(16_384).meta({
    description: "The receiver's RSA public key: SubjectPublicKeyInfo in DER as base64, or PEM",
  }),
  algorithm: wrapping,
  version: z.exactOptional(version),
});

export const publicKeyQuery = z.strictObject({
  version: z.exactOptional(numeral('Default: the primary', { min: 1, max: MAX_VERSION })),
  format: z.exactOptional(
    z.enum(['pem', 'der', 'jwk']).meta({ description: 'Every form is answered whatever is asked for' }),
  ),
});

function base64(description: string) {
  return z.string().meta({ description, contentEncoding: 'base64' });
}

export const importParametersAnswer = z.object({
  keyId: z.string(),
  importToken: z.string().meta({ description: 'Good once, for this key, this caller and this algorithm' }),
  publicKey: base64('SubjectPublicKeyInfo in DER: wrap the material to it'),
  algorithm: wrapping,
  expiresAt: z.iso.datetime(),
});

export const exportAnswer = z.object({
  wrappedMaterial: base64('The material, wrapped to the public key that was given'),
  algorithm: wrapping,
  keyId: z.string(),
  version: z.int(),
});

const jwk = z.record(z.string(), z.unknown());

export const publicKeyAnswer = z.object({
  publicKey: base64('SubjectPublicKeyInfo in DER'),
  pem: z.string(),
  jwk,
  spec: z.enum(KEY_SPECS),
  usage: z.enum(KEY_USAGES),
  keyId: z.string(),
  version: z.int(),
});

export const jwksAnswer = z.object({ keys: z.array(jwk) });
