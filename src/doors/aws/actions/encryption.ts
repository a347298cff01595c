import { z } from 'zod';
import { decrypt } from '../../../operations/crypto/decrypt.js';
import { encrypt } from '../../../operations/crypto/encrypt.js';
import { rehearseDecrypt, rehearseReEncrypt } from '../../../operations/crypto/rehearse-decrypt.js';
import { reEncrypt } from '../../../operations/crypto/re-encrypt.js';
import { action, use } from '../action.js';
import { validation } from '../aws-error.js';
import { blob, context, dryRun, encryptionAlgorithm, grantTokens, keyId, recipient } from '../members.js';
import { keyArn, keyOrAlias } from '../place.js';
import { algorithmOf } from '../../../keys/aws-words.js';
import { keyMaterialId } from '../words.js';
import { used } from './named-key.js';
import { mustBeHere } from './not-here.js';

const SYMMETRIC = 'SYMMETRIC_DEFAULT';

const ciphertext = blob(1, 6144);
const modifiers = z.array(z.enum(['IGNORE_CIPHERTEXT']));

export const ENCRYPTION = {
  Encrypt: action(
    z.object({
      KeyId: keyId,
      Plaintext: blob(1, 4096),
      EncryptionContext: context.optional(),
      GrantTokens: grantTokens.optional(),
      EncryptionAlgorithm: encryptionAlgorithm.optional(),
      DryRun: dryRun.optional(),
    }),
    async (call) => {
      const { Plaintext, EncryptionAlgorithm = SYMMETRIC } = call.input;
      mustBeHere(call.input);
      const made = await use(call, encrypt, {
        ...used(call),
        plaintext: Plaintext,
        ...contextOf(call.input.EncryptionContext),
        algorithm: algorithmOf(EncryptionAlgorithm),
      });
      return { CiphertextBlob: made.ciphertext, KeyId: keyArn(call.place, made.keyId), EncryptionAlgorithm };
    },
  ),

  Decrypt: action(
    z.object({
      CiphertextBlob: ciphertext.optional(),
      EncryptionContext: context.optional(),
      GrantTokens: grantTokens.optional(),
      KeyId: keyId.optional(),
      EncryptionAlgorithm: encryptionAlgorithm.optional(),
      Recipient: recipient.optional(),
      DryRun: dryRun.optional(),
      DryRunModifiers: modifiers.optional(),
    }),
    async (call) => {
      const { CiphertextBlob, KeyId, EncryptionAlgorithm = SYMMETRIC } = call.input;
      mustBeHere(call.input);
      const bound = contextOf(call.input.EncryptionContext);
      if (call.input.DryRunModifiers?.length) {
        if (KeyId === undefined) throw validation('KeyId is required with IGNORE_CIPHERTEXT.');
        return use(call, rehearseDecrypt, {
          keyring: call.place.keyring,
          key: keyOrAlias(call.place, KeyId),
          ...bound,
          algorithm: algorithmOf(EncryptionAlgorithm),
        });
      }
      if (!CiphertextBlob) throw validation('CiphertextBlob is required.');
      if (KeyId === undefined && EncryptionAlgorithm !== SYMMETRIC) {
        throw validation('You must specify a KeyId for ciphertexts of asymmetric keys.');
      }
      const opened = await use(call, decrypt, {
        keyring: call.place.keyring,
        ...(KeyId === undefined ? {} : { key: keyOrAlias(call.place, KeyId) }),
        ciphertext: CiphertextBlob,
        ...bound,
        algorithm: algorithmOf(EncryptionAlgorithm),
      });
      return {
        KeyId: keyArn(call.place, opened.keyId),
        Plaintext: opened.plaintext,
        EncryptionAlgorithm,
        ...(EncryptionAlgorithm === SYMMETRIC ? { KeyMaterialId: keyMaterialId(opened.keyId, opened.version) } : {}),
      };
    },
  ),

  ReEncrypt: action(
    z.object({
      CiphertextBlob: ciphertext.optional(),
      SourceEncryptionContext: context.optional(),
      SourceKeyId: keyId.optional(),
      DestinationKeyId: keyId,
      DestinationEncryptionContext: context.optional(),
      SourceEncryptionAlgorithm: encryptionAlgorithm.optional(),
      DestinationEncryptionAlgorithm: encryptionAlgorithm.optional(),
      GrantTokens: grantTokens.optional(),
      DryRun: dryRun.optional(),
      DryRunModifiers: modifiers.optional(),
    }),
    async (call) => {
      const { input, place } = call;
      mustBeHere(input);
      if (input.DryRunModifiers?.length) {
        if (input.SourceKeyId === undefined) throw validation('SourceKeyId is required with IGNORE_CIPHERTEXT.');
        return use(call, rehearseReEncrypt, {
          keyring: place.keyring,
          key: keyOrAlias(place, input.DestinationKeyId),
          sourceKey: keyOrAlias(place, input.SourceKeyId),
          context: input.DestinationEncryptionContext ?? {},
          sourceContext: input.SourceEncryptionContext ?? {},
        });
      }
      if (!input.CiphertextBlob) throw validation('CiphertextBlob is required.');
      const { SourceEncryptionAlgorithm = SYMMETRIC, DestinationEncryptionAlgorithm = SYMMETRIC } = input;
      if (SourceEncryptionAlgorithm !== SYMMETRIC && input.SourceKeyId === undefined) {
        throw validation('You must specify a SourceKeyId for ciphertexts of asymmetric keys.');
      }
      const source = input.SourceKeyId;
      const made = await use(call, reEncrypt, {
        keyring: place.keyring,
        key: keyOrAlias(place, input.DestinationKeyId),
        ...(source === undefined ? {} : { sourceKey: keyOrAlias(place, source) }),
        ciphertext: input.CiphertextBlob,
        context: input.SourceEncryptionContext ?? {},
        newContext: input.DestinationEncryptionContext ?? {},
        sourceAlgorithm: algorithmOf(SourceEncryptionAlgorithm),
        algorithm: algorithmOf(DestinationEncryptionAlgorithm),
      });
      return {
        CiphertextBlob: made.ciphertext,
        SourceKeyId: keyArn(place, made.sourceKeyId),
        KeyId: keyArn(place, made.keyId),
        SourceEncryptionAlgorithm,
        DestinationEncryptionAlgorithm,
        ...(SourceEncryptionAlgorithm === SYMMETRIC
          ? { SourceKeyMaterialId: keyMaterialId(made.sourceKeyId, made.sourceVersion) }
          : {}),
        ...(DestinationEncryptionAlgorithm === SYMMETRIC
          ? { DestinationKeyMaterialId: keyMaterialId(made.keyId, made.version) }
          : {}),
      };
    },
  ),
};

export function contextOf(given: Readonly<Record<string, string>> | undefined) {
  return given === undefined ? {} : { context: given };
}
