import { awsKeyId } from '../../keys/multi-region.js';
import { AwsError } from './aws-error.js';

/** Where a request is at home: the account of its access key, the region it was signed for, and their keyring. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  /** Id. */
  readonly keyring: string;
}

const KEY_ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const ALIAS = /^alias\/([a-zA-Z0-9:/_-]{1,250})$/;
const ARN = /^arn:aws:kms:([a-z0-9-]{1,64}):(\d{12}):(?:key\/([^/]{1,64})|(alias\/.{1,250}))$/;

/** @param keyId of this service, or of AWS */
export function keyArn({ region, accountId }: Place, keyId: string): string {
  return `arn:aws:kms:${region}:${accountId}:key/${awsKeyId(keyId)}`;
}

export function aliasArn({ region, accountId }: Place, name: string): string {
  return `arn:aws:kms:${region}:${accountId}:alias/${name}`;
}

/** The key that a KeyId names, for operations that take aliases too. @throws AwsError */
export function keyOrAlias(place: Place, keyId: string): string {
  const local = localPart(place, keyId);
  if (!local.startsWith('alias/')) return mustBeKeyId(local);
  const alias = aliasName(local);
  if (!KEY_ID.test(alias)) return alias;
  throw new AwsError('NotFoundException', `Alias ${aliasArn(place, alias)} is not found.`);
}

/** The key that a KeyId names, for operations on the key itself. @throws AwsError */
export function keyAlone(place: Place, keyId: string): string {
  return mustBeKeyId(localPart(place, keyId));
}

/** `alias/shop` → `shop`. @throws AwsError */
export function aliasName(name: string): string {
  if (!name.startsWith('alias/')) {
    throw new AwsError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  const [, local = ''] = ALIAS.exec(name) ?? [];
  if (local === '') throw new AwsError('InvalidAliasNameException', `Invalid alias name: ${name}`);
  return local;
}

/** How the answer to an unknown key names it. */
export function arnOf(place: Place, keyId: string): string {
  if (keyId.startsWith('arn:')) return keyId;
  return keyId.startsWith('alias/') ? aliasArn(place, keyId.slice('alias/'.length)) : keyArn(place, keyId);
}

/** Of an ARN of this account and region; what is none stays as it is. */
function localPart({ region, accountId }: Place, keyId: string): string {
  if (!keyId.startsWith('arn:')) return keyId;
  const [, arnRegion, arnAccount, key, alias = ''] = ARN.exec(keyId) ?? [];
  if (arnRegion === undefined) throw new AwsError('InvalidArnException', `Invalid arn ${keyId}`);
  if (arnRegion !== region) throw new AwsError('NotFoundException', `Invalid arn ${arnRegion}`);
  // Another account's keys are in another keyring, which this access key has no way into.
  if (arnAccount !== accountId) throw new AwsError('NotFoundException', `Key '${keyId}' does not exist`);
  return key ?? alias;
}

function mustBeKeyId(keyId: string): string {
  if (KEY_ID.test(keyId)) return keyId;
  throw new AwsError('NotFoundException', `Invalid keyId '${keyId}'`);
}
