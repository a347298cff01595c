import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { resolveKeyChange } from '../keys/resolve-key-change.js';
import type { UseOperation } from '../operation.js';

export interface ResourcePolicy {
  readonly keyId: string;
  /** As it was set; null: the default one, by which bindings decide. */
  readonly policy: string | null;
}

export const getResourcePolicy: UseOperation<KeyInput & { readonly action?: string }, ResolvedKey, ResourcePolicy> = {
  name: 'resource-policy.get',
  resolve: resolveKeyChange('resource-policy.get'),

  run(_deps, { snapshot: { key } }) {
    return { output: { keyId: key.id, policy: key.keyPolicy ?? null } };
  },
};
