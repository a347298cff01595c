import { z } from 'zod';

/** What the crypto operations answer. */
function base64(description: string) {
  return z.string().meta({ description, contentEncoding: 'base64' });
}

const keyUse = {
  keyId: z.string().meta({ description: 'The key that did it' }),
  version: z.int().meta({ description: 'And its version' }),
} as const;

const authentic = z.literal(false).optional().meta({
  description: 'Under a version that is compromised: whoever has the key could have made the ciphertext',
});

export const encrypted = z
  .object({
    ciphertext: base64('Names its key and version itself (docs/formats/ciphertext.md)'),
    ...keyUse,
  })
  .meta({ id: 'Encrypted' });
export const reEncrypted = encrypted
  .extend({
    sourceKeyId: z.string().meta({ description: 'The key that it comes from' }),
    sourceVersion: z.int(),
    authentic,
  })
  .meta({ id: 'ReEncrypted' });
export const decrypted = z
  .object({ plaintext: base64('The plaintext'), ...keyUse, authentic })
  .meta({ id: 'Decrypted' });
export const dataKeyAnswer = z
  .object({
    plaintext: base64('The data key: use it, then forget it').optional(),
    ciphertext: base64('The data key wrapped under the key: keep it with the data; decrypt opens it'),
    ...keyUse,
  })
  .meta({ id: 'DataKey' });
export const dataKeyPairAnswer = z
  .object({
    publicKey: base64('SubjectPublicKeyInfo, DER'),
    privateKey: base64('PKCS#8 in DER, or the seed of an ML-DSA or ML-KEM key').optional(),
    ciphertext: base64('The private key wrapped under the key; decrypt opens it'),
    ...keyUse,
  })
  .meta({ id: 'DataKeyPair' });
export const signature = z
  .object({
    signature: base64('Raw and interoperable'),
    algorithm: z.string(),
    ...keyUse,
  })
  .meta({ id: 'Signature' });
export const verdict = z
  .object({
    valid: z.boolean(),
    keyId: z.string().optional(),
    version: z.int().optional().meta({ description: 'The version that verified it' }),
  })
  .meta({ id: 'Verdict' });
export const macAnswer = z.object({ mac: base64('The MAC'), ...keyUse }).meta({ id: 'Mac' });
export const sharedSecret = z
  .object({
    sharedSecret: base64('Raw; derive keys from it, do not use it as one'),
    ...keyUse,
  })
  .meta({ id: 'SharedSecret' });
export const encapsulated = z
  .object({
    sharedSecret: base64('The shared secret'),
    ciphertext: base64('For the holder of the private key'),
    ...keyUse,
  })
  .meta({ id: 'Encapsulated' });
export const randomAnswer = z.object({ random: base64('The bytes') }).meta({ id: 'RandomBytes' });
