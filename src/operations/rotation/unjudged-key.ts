import type { KmsError } from '../../errors.js';
import type { ChangeOperation, Resolved } from '../operation.js';

export interface UnjudgedKeyInput {
  /** Ids. */
  readonly keyring: string;
  readonly key: string;
  /** Why nobody can say what its policy wants of it. */
  readonly error: KmsError;
}

/** For the schedule alone: fails, and so puts on the key's record why nothing was done to it. */
export const unjudgedKey: ChangeOperation<UnjudgedKeyInput, Resolved, never> = {
  name: 'key.rotate',

  resolve: async (_deps, { keyring, key }) => ({
    needs: [],
    subject: { resource: `key/${key}`, keyring, key },
    scopes: [keyring],
    basis: [],
  }),

  run: (_deps, _resolved, { error }) => Promise.reject(error),
};
