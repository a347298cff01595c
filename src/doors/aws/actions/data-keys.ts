import { z } from 'zod';
import { dataKeyPair } from '../../../operations/crypto/data-key-pair.js';
import { dataKey } from '../../../operations/crypto/data-key.js';
import { random } from '../../../operations/crypto/random.js';
import { action, use, type AwsCall } from '../action.js';
import { unsupported, validation } from '../aws-error.js';
import { context, dryRun, grantTokens, keyId, limit, recipient } from '../members.js';
import { keyArn } from '../place.js';
import { SPECS } from '../../../keys/aws-words.js';
import { keyMaterialId } from '../words.js';
import { contextOf } from './encryption.js';
import { mustBeHere } from './not-here.js';
import { used } from './named-key.js';

const dataKeyMembers = z.object({
  KeyId: keyId,
  EncryptionContext: context.optional(),
  NumberOfBytes: limit(1024).optional(),
  KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
  GrantTokens: grantTokens.optional(),
  DryRun: dryRun.optional(),
});

const pairMembers = z.object({
  EncryptionContext: context.optional(),
  KeyId: keyId,
  KeyPairSpec: z.enum([
    'RSA_2048',
    'RSA_3072',
    'RSA_4096',
    'ECC_NIST_P256',
    'ECC_NIST_P384',
    'ECC_NIST_P521',
    'ECC_SECG_P256K1',
    'SM2',
    'ECC_NIST_EDWARDS25519',
    'ML_KEM_512',
    'ML_KEM_768',
    'ML_KEM_1024',
  ]),
  GrantTokens: grantTokens.optional(),
  DryRun: dryRun.optional(),
});

export const DATA_KEYS = {
  GenerateDataKey: action(dataKeyMembers.extend({ Recipient: recipient.optional() }), async (call) =>
    makeKey(call, true),
  ),
  GenerateDataKeyWithoutPlaintext: action(dataKeyMembers, async (call) => makeKey(call, false)),
  GenerateDataKeyPair: action(pairMembers.extend({ Recipient: recipient.optional() }), async (call) =>
    makePair(call, true),
  ),
  GenerateDataKeyPairWithoutPlaintext: action(pairMembers, async (call) => makePair(call, false)),

  GenerateRandom: action(
    z.object({
      NumberOfBytes: limit(1024).optional(),
      CustomKeyStoreId: z.string().min(1).max(64).optional(),
      Recipient: recipient.optional(),
    }),
    async (call) => {
      const { NumberOfBytes: bytes, CustomKeyStoreId } = call.input;
      mustBeHere(call.input);
      if (CustomKeyStoreId !== undefined) throw unsupported('There are no custom key stores here.');
      if (bytes === undefined) throw validation('NumberOfBytes is required.');
      return { Plaintext: (await use(call, random, { bytes })).random };
    },
  ),
};

async function makeKey(call: AwsCall<z.output<typeof dataKeyMembers>>, plaintext: boolean): Promise<object> {
  const { NumberOfBytes, KeySpec, EncryptionContext } = call.input;
  mustBeHere(call.input);
  if ((NumberOfBytes === undefined) === (KeySpec === undefined)) {
    throw validation('Please specify either number of bytes or key spec.');
  }
  const bytes = NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32);
  const made = await use(call, dataKey, { ...used(call), ...contextOf(EncryptionContext), bytes, plaintext });
  return {
    CiphertextBlob: made.ciphertext,
    ...(made.plaintext ? { Plaintext: made.plaintext } : {}),
    KeyId: keyArn(call.place, made.keyId),
    KeyMaterialId: keyMaterialId(made.keyId, made.version),
  };
}

async function makePair(call: AwsCall<z.output<typeof pairMembers>>, plaintext: boolean): Promise<object> {
  const { KeyPairSpec, EncryptionContext } = call.input;
  mustBeHere(call.input);
  const spec = SPECS[KeyPairSpec];
  if (spec === undefined) throw unsupported(`KeyPairSpec ${KeyPairSpec} is not supported here.`);
  const made = await use(call, dataKeyPair, {
    ...used(call),
    ...contextOf(EncryptionContext),
    spec,
    plaintext,
    pkcs8: true,
  });
  return {
    PrivateKeyCiphertextBlob: made.ciphertext,
    ...(made.privateKey ? { PrivateKeyPlaintext: made.privateKey } : {}),
    PublicKey: made.publicKey,
    KeyId: keyArn(call.place, made.keyId),
    KeyPairSpec,
    KeyMaterialId: keyMaterialId(made.keyId, made.version),
  };
}
