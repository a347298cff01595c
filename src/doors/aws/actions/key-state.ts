import { getKey } from '../../../operations/keys/get-key.js';
import type { KeyDescription } from '../../../operations/keys/describe-key.js';
import { use, type AwsCall } from '../action.js';
import { AwsError } from '../aws-error.js';
import { keyArn, type Place } from '../place.js';

/**
 * AWS changes nothing on a key that waits for its deletion; this service is not so strict.
 * @param action for which the key is looked at
 * @throws KmsError, AwsError
 */
export async function mustNotBePendingDeletion(
  call: Pick<AwsCall<unknown>, 'kms' | 'arrival' | 'place'>,
  key: string,
  action: string,
): Promise<KeyDescription> {
  const found = await use(call, getKey, { keyring: call.place.keyring, key, action });
  if (found.state !== 'pending-destruction') return found;
  throw pendingDeletion(call.place, found.id);
}

export function pendingDeletion(place: Place, keyId: string): AwsError {
  return new AwsError('KMSInvalidStateException', `${keyArn(place, keyId)} is pending deletion.`, 400, true);
}
