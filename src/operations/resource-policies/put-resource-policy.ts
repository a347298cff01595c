import { KmsError } from '../../errors.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { currentKey } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';
import { mustBeKeyPolicy } from './must-be-key-policy.js';

export interface PutResourcePolicyInput extends KeyInput {
  /** A key policy of AWS KMS, kept word by word. */
  readonly policy: string;
  /** Whoever sets it may not be able to set another one. Default false. */
  readonly bypassLockoutCheck?: boolean;
}

/** Sets what AWS calls the key policy. It decides at every door. */
export const putResourcePolicy: ChangeOperation<PutResourcePolicyInput, ResolvedKey, { readonly keyId: string }> = {
  name: 'resource-policy.set',

  async resolve(deps, input, arrival) {
    const snapshot = await findKey(deps, input, 'resource-policy.set', arrival);
    const asked = { facts: { bypasspolicylockoutsafetycheck: String(input.bypassLockoutCheck === true) } };
    return {
      snapshot,
      needs: [needOnKey('resource-policy.set', snapshot, undefined, asked)],
      subject: subjectOfKey(snapshot),
      scopes: [snapshot.key.keyringId],
      basis: [snapshot],
    };
  },

  async run(deps, { snapshot }, { policy, bypassLockoutCheck = false }, commit, arrival) {
    const { keyringId } = snapshot.key;
    return commit([keyringId], async (change) => {
      const { key } = await currentKey(change, snapshot);
      if (key.state === 'destroyed') throw new KmsError('key-destroyed', 'the key was destroyed');
      const row = { ...key, keyPolicy: policy };
      mustBeKeyPolicy(change.install, arrival, row, deps.clock.now(), bypassLockoutCheck);
      change.putKey(row, []);
      return {
        output: { keyId: key.id },
        detail: { bytes: policy.length, bypassLockoutCheck },
        guarded: { reason: 'use-of-keys', places: [keyringId] },
      };
    });
  },
};
