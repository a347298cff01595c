import { z } from 'zod';

/**
 * The members of requests, with the constraints of the service model of AWS KMS. `read-input.ts` tells of what fails them in
 * the words of AWS.
 */
export const keyId = z.string().min(1).max(2048);
export const aliasName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z0-9:/_-]+$/);
export const grantTokens = z.array(z.string().min(1).max(8192)).max(10);
export const context = z.record(z.string(), z.string());
export const policy = z.string().min(1).max(131_072);
export const description = z.string().max(8192);
export const marker = z.string().min(1).max(1024);
export const limit = (max: number) => z.int().min(1).max(max);
export const tags = z.array(z.object({ TagKey: z.string().min(1).max(128), TagValue: z.string().max(256) }));
export const dryRun = z.boolean();
export const recipient = z.object({});

export const encryptionAlgorithm = z.enum(['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE']);
export const macAlgorithm = z.enum(['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512']);
export const messageType = z.enum(['RAW', 'DIGEST', 'EXTERNAL_MU']);
export const signingAlgorithm = z.enum([
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'ECDSA_SHA_256',
  'ECDSA_SHA_384',
  'ECDSA_SHA_512',
  'SM2DSA',
  'ML_DSA_SHAKE_256',
  'ED25519_SHA_512',
  'ED25519_PH_SHA_512',
]);

export const NOT_BASE64 = 'not base64';

/** Bytes in base64. Their length is told, they are not. */
export function blob(min: number, max: number) {
  return z
    .string()
    .transform((text, { issues }) => {
      const bytes = Buffer.from(text, 'base64');
      if (bytes.toString('base64') === text) return bytes;
      issues.push({ code: 'custom', message: NOT_BASE64, input: text });
      return z.NEVER;
    })
    .refine(({ length }) => length >= min, { error: `Member must have length greater than or equal to ${min}` })
    .refine(({ length }) => length <= max, { error: `Member must have length less than or equal to ${max}` });
}
