import type { KeySnapshot } from '../../keys/records.js';
import type { Resolved, UseOperation } from '../operation.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';
import { describeKey, type KeyDescription } from './describe-key.js';

export interface KeyInput {
  readonly keyring: string;
  /** Id, name or alias. */
  readonly key: string;
}

export interface ResolvedKey extends Resolved {
  readonly snapshot: KeySnapshot;
}

export const getKey: UseOperation<KeyInput, ResolvedKey, KeyDescription> = {
  name: 'key.describe',

  async resolve(deps, input, arrival) {
    const snapshot = await findKey(deps, input, 'key.describe', arrival);
    return {
      snapshot,
      needs: [needOnKey('key.describe', snapshot)],
      subject: subjectOfKey(snapshot),
      scopes: [snapshot.key.keyringId],
      basis: [snapshot],
    };
  },

  run(deps, { snapshot }) {
    return { output: describeKey(snapshot, deps.clock.now()) };
  },
};
