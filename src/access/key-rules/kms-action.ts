import type { OperationName } from '../permissions.js';

/** What AWS calls operations of this service otherwise than by their own name. */
const OTHERWISE: Partial<Readonly<Record<OperationName, string>>> = {
  're-encrypt': 'ReEncryptTo',
  'data-key': 'GenerateDataKey',
  'data-key-pair': 'GenerateDataKeyPair',
  mac: 'GenerateMac',
  'key.describe': 'DescribeKey',
  'key.public': 'GetPublicKey',
  'key.update': 'UpdateKeyDescription',
  'key.rotate': 'RotateKeyOnDemand',
  'key.enable': 'EnableKey',
  'key.disable': 'DisableKey',
  'key.schedule-destruction': 'ScheduleKeyDeletion',
  'key.cancel-destruction': 'CancelKeyDeletion',
  'key.import-parameters': 'GetParametersForImport',
  'key.import': 'ImportKeyMaterial',
  'key.delete-material': 'DeleteImportedKeyMaterial',
  'key.replicate': 'ReplicateKey',
  'key.set-primary': 'UpdatePrimaryRegion',
  'alias.set': 'CreateAlias',
  'alias.delete': 'DeleteAlias',
  'alias.list': 'ListAliases',
  'policy.get': 'GetKeyRotationStatus',
  'policy.set': 'EnableKeyRotation',
  'policy.delete': 'DisableKeyRotation',
  'resource-policy.get': 'GetKeyPolicy',
  'resource-policy.set': 'PutKeyPolicy',
  'grant.create': 'CreateGrant',
  'grant.list': 'ListGrants',
  'grant.retire': 'RetireGrant',
  'grant.revoke': 'RevokeGrant',
};

/**
 * The action, without `kms:`, by which key policies and grants speak of an operation. One that AWS has not is its own name
 * in capitals (`version.revoke` is `VersionRevoke`), so that `kms:*` has it too.
 */
export function kmsAction(operation: OperationName): string {
  return (
    OTHERWISE[operation] ?? operation.replaceAll(/(?:^|[.-])([a-z])/g, (_match, letter: string) => letter.toUpperCase())
  );
}
