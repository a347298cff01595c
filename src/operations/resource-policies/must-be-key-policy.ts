import { KeyRules } from '../../access/key-rules/key-rules.js';
import { readKeyPolicy } from '../../access/key-rules/key-policy.js';
import { KmsError } from '../../errors.js';
import type { KeyRow } from '../../keys/records.js';
import type { InstallView } from '../../ledger/ledger.js';
import type { Arrival } from '../arrival.js';
import { may } from '../authorise.js';

/**
 * A key policy means only whom there is, and whoever sets it can set the next one too, unless he wants it otherwise.
 * @param key as it is to be, with the policy
 * @throws KmsError invalid-key-policy, unsupported-operation
 */
export function mustBeKeyPolicy(
  { access, keyringsById }: InstallView,
  arrival: Arrival,
  key: Pick<KeyRow, 'id' | 'keyringId' | 'spec' | 'usage' | 'origin' | 'tags' | 'grants' | 'multiRegion'> & {
    readonly keyPolicy: string;
  },
  now: number,
  mayLockOut: boolean,
): void {
  if (!keyringsById.get(key.keyringId)?.awsAccount) {
    throw new KmsError('unsupported-operation', 'the keyring stands for no AWS account: bind roles to callers instead');
  }
  const named = readKeyPolicy(key.keyPolicy).flatMap(({ principals }) => principals);
  if (named.some((arn) => arn !== '*' && !access.isPrincipal(arn, now))) {
    throw new KmsError('invalid-key-policy', 'Policy contains a statement with one or more invalid principals.');
  }
  if (mayLockOut) return;
  const { id: keyId, keyringId, tags } = key;
  const resource = { kind: 'key', keyringId, keyId, tags, rules: new KeyRules(key) } as const;
  const asked = { facts: { bypasspolicylockoutsafetycheck: 'false' } };
  if (may(access, arrival, 'resource-policy.set', resource, now, undefined, asked)) return;
  throw new KmsError(
    'invalid-key-policy',
    'The new key policy will not allow you to update the key policy in the future.',
  );
}
