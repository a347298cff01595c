import type { UseOperation } from '../operation.js';
import { describeKeyring, type KeyringDescription } from './describe-keyring.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from './resolve-keyring.js';

export const getKeyring: UseOperation<KeyringInput, ResolvedKeyring, KeyringDescription> = {
  name: 'keyring.describe',
  resolve: resolveKeyring('keyring.describe'),
  run: (_deps, { keyring }) => ({ output: describeKeyring(keyring) }),
};
