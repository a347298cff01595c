import { KmsError } from '../errors.js';

/** What a keyring stands for at the AWS door. */
export interface AwsAccount {
  /** Twelve digits. */
  readonly accountId: string;
  /** Such as `us-east-1`: a name, on one and the same service. */
  readonly region: string;
}

const ACCOUNT_ID = /^\d{12}$/;
const REGION = /^[a-z]{2,10}(-[a-z]{2,12}){1,3}-\d{1,2}$/;

/** @throws KmsError invalid-request */
export function mustBeAccountId(accountId: string): void {
  if (!ACCOUNT_ID.test(accountId)) throw new KmsError('invalid-request', 'accountId: twelve digits');
}

/** @throws KmsError invalid-request */
export function mustBeAwsAccount({ accountId, region }: AwsAccount): void {
  mustBeAccountId(accountId);
  if (!REGION.test(region)) throw new KmsError('invalid-request', 'region: the name of one, such as us-east-1');
}
