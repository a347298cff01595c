import type { AwsCall } from '../action.js';
import { AwsError } from '../aws-error.js';
import { keyAlone, keyOrAlias } from '../place.js';

type Call = Pick<AwsCall<{ readonly KeyId: string }>, 'place' | 'input'>;

/** The key, for operations on it: by id or ARN. @throws AwsError */
export function named({ place, input }: Call) {
  return { keyring: place.keyring, key: keyAlone(place, input.KeyId) };
}

/** The key, for its use: by id, ARN, alias or alias ARN. @throws AwsError */
export function used({ place, input }: Call) {
  return { keyring: place.keyring, key: keyOrAlias(place, input.KeyId) };
}

export function gone(arn: string): AwsError {
  return new AwsError('NotFoundException', `Key '${arn}' does not exist`, 400, true);
}
