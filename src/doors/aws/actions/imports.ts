import { z } from 'zod';
import { deleteImportedMaterial } from '../../../operations/keys/delete-imported-material.js';
import type { KeyDescription } from '../../../operations/keys/describe-key.js';
import { importKey } from '../../../operations/keys/import-key.js';
import { importParameters } from '../../../operations/keys/import-parameters.js';
import { action, change, use, type AwsCall } from '../action.js';
import { AwsError, unsupported, validation } from '../aws-error.js';
import { blob, keyId } from '../members.js';
import { keyArn } from '../place.js';
import { specName, SYMMETRIC } from '../../../keys/aws-words.js';
import { keyMaterialId, seconds } from '../words.js';
import { mustNotBePendingDeletion } from './key-state.js';
import { named } from './named-key.js';

const ALGORITHMS: Readonly<Record<string, string>> = {
  RSAES_OAEP_SHA_1: 'rsaes-oaep-sha-1',
  RSAES_OAEP_SHA_256: 'rsaes-oaep-sha-256',
  RSA_AES_KEY_WRAP_SHA_1: 'rsa-aes-key-wrap-sha-1',
  RSA_AES_KEY_WRAP_SHA_256: 'rsa-aes-key-wrap-sha-256',
};
const WRAPPING_SPECS = { RSA_2048: 'rsa-2048', RSA_3072: 'rsa-3072', RSA_4096: 'rsa-4096' } as const;

export const IMPORTS = {
  GetParametersForImport: action(
    z.object({
      KeyId: keyId,
      WrappingAlgorithm: z.enum([
        'RSAES_PKCS1_V1_5',
        'RSAES_OAEP_SHA_1',
        'RSAES_OAEP_SHA_256',
        'RSA_AES_KEY_WRAP_SHA_1',
        'RSA_AES_KEY_WRAP_SHA_256',
        'SM2PKE',
      ]),
      WrappingKeySpec: z.enum(['RSA_2048', 'RSA_3072', 'RSA_4096', 'SM2']),
    }),
    async (call) => {
      const { WrappingAlgorithm, WrappingKeySpec } = call.input;
      const algorithm = ALGORITHMS[WrappingAlgorithm];
      if (algorithm === undefined || WrappingKeySpec === 'SM2') {
        throw unsupported(`Material is wrapped here by ${Object.keys(ALGORITHMS).join(', ')} under an RSA key.`);
      }
      await mustBeImportable(call, 'GetParametersForImport');
      const wrappingSpec = WRAPPING_SPECS[WrappingKeySpec];
      const made = await use(call, importParameters, { ...named(call), algorithm, wrappingSpec });
      return {
        KeyId: keyArn(call.place, made.keyId),
        ImportToken: Buffer.from(made.importToken),
        PublicKey: made.publicKey,
        ParametersValidTo: seconds(made.expiresAt),
      };
    },
  ),

  ImportKeyMaterial: action(
    z.object({
      KeyId: keyId,
      ImportToken: blob(1, 6144),
      EncryptedKeyMaterial: blob(1, 6144),
      ValidTo: z.number().optional(),
      ExpirationModel: z.enum(['KEY_MATERIAL_EXPIRES', 'KEY_MATERIAL_DOES_NOT_EXPIRE']).optional(),
      ImportType: z.enum(['NEW_KEY_MATERIAL', 'EXISTING_KEY_MATERIAL']).optional(),
      KeyMaterialDescription: z.string().max(256).optional(),
      KeyMaterialId: z.string().length(64).optional(),
    }),
    async (call) => {
      const { ImportToken, EncryptedKeyMaterial, ExpirationModel, ValidTo, ...rest } = call.input;
      const expiresAt = expiryOf(ExpirationModel, ValidTo);
      const { ImportType, KeyMaterialDescription, KeyMaterialId } = rest;
      if (KeyMaterialId !== undefined && ImportType === 'NEW_KEY_MATERIAL') {
        throw validation('KeyMaterialId cannot be specified with ImportType NEW_KEY_MATERIAL.');
      }
      const known = await mustBeImportable(call, 'ImportKeyMaterial');
      if (specName(known.spec) !== SYMMETRIC && (ImportType ?? KeyMaterialDescription ?? KeyMaterialId) !== undefined) {
        throw unsupported('ImportType, KeyMaterialDescription and KeyMaterialId are for symmetric encryption keys.');
      }
      const key = await change(call, importKey, {
        ...named(call),
        ...(ImportType === undefined ? {} : { kind: KINDS[ImportType] }),
        ...(KeyMaterialDescription === undefined ? {} : { materialDescription: KeyMaterialDescription }),
        ...(KeyMaterialId === undefined ? {} : { version: versionOf(known, KeyMaterialId) }),
        importToken: ImportToken.toString(),
        wrappedMaterial: EncryptedKeyMaterial,
        ...(expiresAt ? { expiresAt } : {}),
      });
      return { KeyId: keyArn(call.place, key.id), KeyMaterialId: keyMaterialId(key.id, key.importedVersion) };
    },
  ),

  DeleteImportedKeyMaterial: action(
    z.object({ KeyId: keyId, KeyMaterialId: z.string().length(64).optional() }),
    async (call) => {
      const { KeyMaterialId } = call.input;
      const key = await mustBeImportable(call, 'DeleteImportedKeyMaterial');
      const which = KeyMaterialId === undefined ? {} : { version: versionOf(key, KeyMaterialId) };
      const { id, deletedVersion } = await change(call, deleteImportedMaterial, { ...named(call), ...which });
      return {
        KeyId: keyArn(call.place, id),
        ...(deletedVersion === null ? {} : { KeyMaterialId: keyMaterialId(id, deletedVersion) }),
      };
    },
  ),
};

type KeyCall = AwsCall<{ readonly KeyId: string }>;

const KINDS = { NEW_KEY_MATERIAL: 'new', EXISTING_KEY_MATERIAL: 'existing' } as const;
const MOST_DAYS = 365;

/** @throws AwsError */
function versionOf({ id, versionCount }: KeyDescription, materialId: string): number {
  for (let version = versionCount; version > 0; version--) {
    if (keyMaterialId(id, version) === materialId) return version;
  }
  throw new AwsError('IncorrectKeyMaterialException', 'KeyMaterialId: not that of a material of this key.', 400, true);
}

/** @returns undefined: never. @throws AwsError */
function expiryOf(model = 'KEY_MATERIAL_EXPIRES', validTo: number | undefined): Date | undefined {
  if (model === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (validTo === undefined) return undefined;
    throw validation('ValidTo must be omitted for KEY_MATERIAL_DOES_NOT_EXPIRE.');
  }
  if (validTo === undefined)
    throw validation('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES');
  if (!(Math.abs(validTo * 1000) <= Date.now() + MOST_DAYS * 86_400_000))
    throw validation(`ValidTo must be within ${MOST_DAYS} days.`);
  return new Date(validTo * 1000);
}

/** @throws KmsError, AwsError */
async function mustBeImportable(call: KeyCall, name: string): Promise<KeyDescription> {
  const key = await mustNotBePendingDeletion(call, named(call).key, name);
  if (key.origin === 'imported') return key;
  throw wrongOrigin(call);
}

function wrongOrigin(call: KeyCall): AwsError {
  return unsupported(`${keyArn(call.place, named(call).key)} origin is AWS_KMS which is not valid for this operation.`);
}
