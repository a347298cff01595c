import { KmsError } from '../../errors.js';
import { keyringsOf, mustBePrimary, type MultiRegion } from '../../keys/multi-region.js';
import { mustBeUsable } from '../../keys/key-states.js';
import type { KeyRow, KeySnapshot } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import { describeKey, type KeyDescription } from '../keys/describe-key.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { currentKey } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { candidatesFor, policyRowsIn } from '../policies/policy-in-force.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';
import { findOthers } from './find-others.js';

export interface SetPrimaryInput extends KeyInput {
  /** Of the replica that becomes the primary. */
  readonly region: string;
}

/** The primary and a replica change places. A rotation that the policy of the key itself sets goes with the primary. */
export const setPrimary: ChangeOperation<SetPrimaryInput, ResolvedKey, KeyDescription> = {
  name: 'key.set-primary',

  async resolve(deps, input, arrival) {
    const snapshot = await findKey(deps, input, 'key.set-primary', arrival);
    const { keyring, key } = replicaIn(mustBePrimary(snapshot.key), input.region);
    const replica = await deps.ledger.findKey(keyring, key);
    if (!replica) throw new KmsError('conflict', 'the replica is not there any more; try again');
    const asked = { facts: { primaryregion: input.region } };
    return {
      snapshot,
      needs: [snapshot, replica].map((one) => needOnKey('key.set-primary', one, undefined, asked)),
      subject: subjectOfKey(snapshot),
      scopes: [snapshot.key.keyringId, keyring],
      basis: [snapshot, replica],
    };
  },

  async run(deps, { snapshot }, { region }, commit) {
    const now = deps.engineClock.now();
    return commit(keyringsOf(snapshot.key), async (change) => {
      const current = await currentKey(change, snapshot);
      const { primary, replicas } = mustBePrimary(current.key);
      const next = replicaIn({ primary, replicas }, region);
      const others = await findOthers(change, current.key);
      const successor = others.find(({ key }) => key.id === next.key);
      if (!successor) throw new KmsError('conflict', 'the keys of this key changed meanwhile; try again');
      for (const { key } of [current, successor]) mustBeUsable(key, now);
      const set = { primary: next, replicas: replicas.map((one) => (one === next ? primary : one)) };
      const all = [current, ...others];
      for (const { key } of all) change.putKey({ ...key, multiRegion: set }, []);
      await moveRotation(change, current, successor, new Date(now));
      return {
        output: describeKey({ key: { ...current.key, multiRegion: set } }, now),
        records: all.map((one) => ({ subject: subjectOfKey(one), detail: { from: primary.region, to: region } })),
      };
    });
  },
};

/** @throws KmsError unsupported-operation */
function replicaIn({ replicas }: MultiRegion, region: string) {
  const found = replicas.find((one) => one.region === region);
  if (found) return found;
  throw new KmsError('unsupported-operation', `the key has no replica in ${region.slice(0, 64)}`);
}

/** Whatever else a policy wants of either key, it wants as before. */
async function moveRotation(change: Change, { key: from }: KeySnapshot, { key: to }: KeySnapshot, setAt: Date) {
  const { rotate, ...rest } = (await policyRowsIn(change, from)).own?.document ?? {};
  if (!rotate) return;
  const [held] = candidatesFor(to, await policyRowsIn(change, to));
  const put = ({ keyringId, id }: KeyRow, document: PolicyDocument | null) =>
    change.put('policy', { keyringId, target: id, document, setAt, selectors: [] });
  put(to, { ...held?.policy.document, rotate });
  put(from, Object.keys(rest).length === 0 ? null : rest);
}
