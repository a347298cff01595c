import { describeKey, type KeyDescription } from '../keys/describe-key.js';
import type { KeyInput } from '../keys/get-key.js';
import type { UseOperation } from '../operation.js';
import { describeKeyPolicy, type SourcedPolicy } from './describe-policy.js';
import { resolveGovernedKey, type ResolvedGovernedKey } from './resolve-governed-key.js';

export interface KeyWithPolicy extends KeyDescription {
  /** The one in force. */
  readonly policy: SourcedPolicy | null;
  /** null: by no rule that can be foreseen. */
  readonly nextRotationAt: Date | null;
}

/** A key, and what its policy has in mind. */
export const getKeyWithPolicy: UseOperation<KeyInput, ResolvedGovernedKey, KeyWithPolicy> = {
  name: 'key.describe',
  resolve: resolveGovernedKey('key.describe'),

  run(deps, resolved) {
    const { inForce, nextRotationAt } = describeKeyPolicy(resolved, deps.engineClock.now());
    return { output: { ...describeKey(resolved.snapshot, deps.clock.now()), policy: inForce, nextRotationAt } };
  },
};
