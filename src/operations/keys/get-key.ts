import type { KeySnapshot } from '../../keys/records.js';
import { requestAlias } from '../crypto/asked-of-use.js';
import type { Resolved, UseOperation } from '../operation.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';
import { askedUnder, type AskedAs } from './asked-as.js';
import { describeKey, type KeyDescription } from './describe-key.js';

export interface KeyInput {
  readonly keyring: string;
  /** Id, name or alias. */
  readonly key: string;
}

export interface ResolvedKey extends Resolved {
  readonly snapshot: KeySnapshot;
}

export const getKey: UseOperation<KeyInput & AskedAs, ResolvedKey, KeyDescription> = {
  name: 'key.describe',

  async resolve(deps, input, arrival) {
    const snapshot = await findKey(deps, input, 'key.describe', arrival);
    const facts = requestAlias(snapshot, input.key);
    return {
      snapshot,
      needs: [needOnKey('key.describe', snapshot, undefined, { ...askedUnder(input), facts })],
      subject: subjectOfKey(snapshot),
      scopes: [snapshot.key.keyringId],
      basis: [snapshot],
    };
  },

  run(deps, { snapshot }) {
    return { output: describeKey(snapshot, deps.clock.now()) };
  },
};
