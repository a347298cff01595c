import { z } from 'zod';
import { bytes, context, version } from './words.js';

const optionalContext = z.exactOptional(context);
const optionalVersion = z.exactOptional(version);

function algorithm(description: string) {
  return z.exactOptional(z.string().min(1).max(64).meta({ description }));
}

export const encryptBody = z
  .strictObject({
    plaintext: bytes('Up to 64 KiB; larger data is encrypted locally under a data key'),
    context: optionalContext,
    algorithm: algorithm('RSA keys only. Default rsaes-oaep-sha-256.'),
    version: optionalVersion,
  })
  .meta({ id: 'EncryptInput' });

export const decryptBody = z
  .strictObject({
    ciphertext: bytes('As encrypt, data-key or re-encrypt gave it'),
    context: optionalContext,
    algorithm: algorithm('RSA keys only'),
    version: z.exactOptional(
      version.meta({ description: 'RSA keys only, whose ciphertexts name no version. Default: the primary.' }),
    ),
  })
  .meta({ id: 'DecryptInput' });

export const reEncryptBody = z
  .strictObject({
    ciphertext: bytes('Of any key of the keyring that the caller may decrypt with'),
    context: optionalContext,
    newContext: z.exactOptional(
      context.meta({ description: 'What the new ciphertext is bound to. Default: the same context.' }),
    ),
  })
  .meta({ id: 'ReEncryptInput' });

const withPlaintext = z.exactOptional(
  z.boolean().meta({ description: 'false: only the wrapped form is answered. Default true.' }),
);

export const dataKeyBody = z
  .strictObject({
    bytes: z.exactOptional(z.int().min(1).max(1024).meta({ description: 'Length of the data key. Default 32.' })),
    plaintext: withPlaintext,
    context: optionalContext,
  })
  .meta({ id: 'DataKeyInput' });

export const dataKeyPairBody = z
  .strictObject({
    spec: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: 'An asymmetric key spec', examples: ['ecc-p256'] }),
    plaintext: withPlaintext,
    context: optionalContext,
  })
  .meta({ id: 'DataKeyPairInput' });

const signed = {
  message: z.exactOptional(bytes('The message, which is hashed here')),
  digest: z.exactOptional(bytes('Instead of the message: its digest, which is not hashed again')),
  algorithm: algorithm(
    'Default RSASSA-PSS with SHA-256, ECDSA in DER with the hash of the curve, or the only one of the spec',
  ),
  version: optionalVersion,
} as const;

const ONE_OF_BOTH = { error: 'give either message or digest' } as const;

export const signBody = z
  .strictObject(signed)
  .refine(hasOneOfBoth, ONE_OF_BOTH)
  .meta({ id: 'SignInput', example: { message: 'aGVsbG8=' } });

export const verifyBody = z
  .strictObject({
    ...signed,
    signature: bytes('The signature'),
    version: z.exactOptional(version.meta({ description: 'Default: all versions that may verify, newest first' })),
  })
  .refine(hasOneOfBoth, ONE_OF_BOTH)
  .meta({ id: 'VerifyInput', example: { message: 'aGVsbG8=', signature: 'c2lnbmF0dXJl' } });

export const macBody = z
  .strictObject({ message: bytes('The message'), version: optionalVersion })
  .meta({ id: 'MacInput' });

export const verifyMacBody = z
  .strictObject({
    message: bytes('The message'),
    mac: bytes('The MAC'),
    version: z.exactOptional(version.meta({ description: 'Default: all versions that may verify, newest first' })),
  })
  .meta({ id: 'VerifyMacInput' });

export const deriveSharedSecretBody = z
  .strictObject({
    publicKey: bytes("The other side's public key: SubjectPublicKeyInfo in DER"),
    version: optionalVersion,
  })
  .meta({ id: 'DeriveSharedSecretInput' });

export const encapsulateBody = z.strictObject({ version: optionalVersion }).meta({ id: 'EncapsulateInput' });

export const decapsulateBody = z
  .strictObject({ ciphertext: bytes('The KEM ciphertext'), version: optionalVersion })
  .meta({ id: 'DecapsulateInput' });

export const randomBody = z
  .strictObject({
    bytes: z.int().min(1).max(65_536).meta({ description: 'How many' }),
  })
  .meta({ id: 'RandomInput' });

function hasOneOfBoth(body: { readonly message?: Buffer; readonly digest?: Buffer }): boolean {
  return (body.message === undefined) !== (body.digest === undefined);
}
