import type { KeyDescription } from '../../../operations/keys/describe-key.js';
import { awsKeyId, isReplica, type RegionalKey } from '../../../keys/multi-region.js';
import { keyArn, type Place } from '../place.js';
import { specName, usageName } from '../../../keys/aws-words.js';
import { algorithmsOf, keyMaterialId, seconds, stateName } from '../words.js';

/** A key as AWS describes it. */
export function keyMetadata(place: Place, key: KeyDescription): object {
  const spec = specName(key.spec);
  const [member, algorithms] = algorithmsOf(key.spec, key.usage);
  return {
    AWSAccountId: place.accountId,
    KeyId: awsKeyId(key.id),
    Arn: keyArn(place, key.id),
    CreationDate: seconds(key.createdAt),
    Enabled: key.state === 'enabled',
    Description: key.description,
    KeyUsage: usageName(key.usage),
    KeyState: stateName(key),
    ...(key.state === 'pending-destruction' && key.destroyAt ? { DeletionDate: seconds(key.destroyAt) } : {}),
    Origin: key.origin === 'imported' ? 'EXTERNAL' : 'AWS_KMS',
    ...expiry(key),
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: spec,
    KeySpec: spec,
    [member]: algorithms,
    ...multiRegion(place, key),
    ...(spec === 'SYMMETRIC_DEFAULT' && key.primaryVersion > 0
      ? { CurrentKeyMaterialId: keyMaterialId(key.id, key.primaryVersion) }
      : {}),
  };
}

function multiRegion(place: Place, { id, multiRegion: set }: KeyDescription): object {
  if (!set) return { MultiRegion: false };
  const inRegion = ({ region, key }: RegionalKey) => ({ Arn: keyArn({ ...place, region }, key), Region: region });
  return {
    MultiRegion: true,
    MultiRegionConfiguration: {
      MultiRegionKeyType: isReplica({ id, multiRegion: set }) ? 'REPLICA' : 'PRIMARY',
      PrimaryKey: inRegion(set.primary),
      ReplicaKeys: set.replicas.map(inRegion),
    },
  };
}

/** Of imported material. */
function expiry({ origin, primaryVersion, materialExpiresAt }: KeyDescription): object {
  if (origin !== 'imported' || primaryVersion === 0) return {};
  if (!materialExpiresAt) return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
  return { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: seconds(materialExpiresAt) };
}
