import type { Action } from './action.js';
import { ALIASES } from './actions/aliases.js';
import { DATA_KEYS } from './actions/data-keys.js';
import { ENCRYPTION } from './actions/encryption.js';
import { GRANTS } from './actions/grants.js';
import { IMPORTS } from './actions/imports.js';
import { KEYS } from './actions/keys.js';
import { MULTI_REGION } from './actions/multi-region.js';
import { POLICIES } from './actions/policies.js';
import { ROTATION } from './actions/rotation.js';
import { SIGNING } from './actions/signing.js';
import { TAGS } from './actions/tags.js';

/** Every operation of AWS KMS that is here, by its name in X-Amz-Target. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map(
  Object.entries({
    ...KEYS,
    ...MULTI_REGION,
    ...ALIASES,
    ...TAGS,
    ...ENCRYPTION,
    ...DATA_KEYS,
    ...SIGNING,
    ...ROTATION,
    ...IMPORTS,
    ...POLICIES,
    ...GRANTS,
  }),
);

/** Why the others are not here. */
export const NOT_HERE: ReadonlyMap<string, string> = new Map(
  [
    [
      'There are no custom key stores here: keys are kept by the service itself.',
      'ConnectCustomKeyStore CreateCustomKeyStore DeleteCustomKeyStore DescribeCustomKeyStores DisconnectCustomKeyStore UpdateCustomKeyStore',
    ],
  ].flatMap(([why = '', names = '']) => names.split(' ').map((name) => [name, why] as const)),
);
