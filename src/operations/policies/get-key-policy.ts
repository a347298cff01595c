import type { KeyInput } from '../keys/get-key.js';
import type { UseOperation } from '../operation.js';
import { describeKeyPolicy, type KeyPolicyDescription } from './describe-policy.js';
import { resolveGovernedKey, type ResolvedGovernedKey } from './resolve-governed-key.js';

/** Which policy holds for a key, and why. */
export const getKeyPolicy: UseOperation<KeyInput, ResolvedGovernedKey, KeyPolicyDescription> = {
  name: 'policy.get',
  resolve: resolveGovernedKey('policy.get'),
  run: (deps, resolved) => ({ output: describeKeyPolicy(resolved, deps.engineClock.now()) }),
};
