import { KmsError } from '../../errors.js';
import { parsePolicy } from '../../rotation/parse-policy.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import type { KeyInput } from '../keys/get-key.js';
import { currentKey } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { needOnKey } from '../resolve-key.js';
import { describeKeyPolicy, type KeyPolicyDescription } from './describe-policy.js';
import { permissionsOfPolicy } from './permissions-of-policy.js';
import { mustBePolicies } from './policy-in-force.js';
import { guardedMoves, movesOfKey, permissionsOfMove } from './policy-move.js';
import { resolveGovernedKey, type ResolvedGovernedKey } from './resolve-governed-key.js';

export interface SetKeyPolicyInput extends KeyInput {
  readonly policy: PolicyDocument;
}

/** The key's own policy, in place of every other. */
export const setKeyPolicy: ChangeOperation<SetKeyPolicyInput, ResolvedGovernedKey, KeyPolicyDescription> = {
  name: 'policy.set',

  async resolve(deps, input, arrival) {
    const resolved = await resolveSet(deps, input, arrival);
    const permissions = permissionsOfPolicy(parsePolicy(input.policy));
    return { ...resolved, needs: permissions.map((permission) => needOnKey(permission, resolved.snapshot)) };
  },

  run: (deps, resolved, { policy }, commit) => putKeyPolicy(deps, resolved, policy, commit),
};

/** Then the policy of a selector or of the keyring holds for the key, if there is one: who deletes must be allowed to set that. */
export const deleteKeyPolicy: ChangeOperation<KeyInput, ResolvedGovernedKey, KeyPolicyDescription> = {
  name: 'policy.delete',

  async resolve(deps, input, arrival) {
    const resolved = await resolveDelete(deps, input, arrival);
    const { snapshot, rows } = resolved;
    const moves = movesOfKey(snapshot.key, rows, snapshot.key, { ...rows, own: undefined });
    const permissions = moves.flatMap(permissionsOfMove);
    return { ...resolved, needs: [...resolved.needs, ...permissions.map((one) => needOnKey(one, snapshot))] };
  },

  run: (deps, resolved, _input, commit) => putKeyPolicy(deps, resolved, null, commit),
};

const resolveSet = resolveGovernedKey('policy.set');
const resolveDelete = resolveGovernedKey('policy.delete');

type Run = ChangeOperation<KeyInput, ResolvedGovernedKey, KeyPolicyDescription>['run'];

async function putKeyPolicy(
  deps: Parameters<Run>[0],
  resolved: ResolvedGovernedKey,
  document: PolicyDocument | null,
  commit: Parameters<Run>[3],
): Promise<KeyPolicyDescription> {
  const { snapshot } = resolved;
  const { keyringId, id } = snapshot.key;
  return commit([keyringId], async (change) => {
    const current = await currentKey(change, snapshot);
    if (current.key.state === 'destroyed') throw new KmsError('key-destroyed', 'the key was destroyed');
    const rows = await mustBePolicies(change, current.key, resolved.rows);
    if (!document && !rows.own?.document) {
      throw new KmsError('policy-not-found', 'the key has no policy of its own; GET …/policy says which one holds');
    }
    const own = { keyringId, target: id, document, setAt: new Date(deps.engineClock.now()), selectors: [] };
    change.put('policy', own);
    const after = { ...resolved, snapshot: current, rows: { ...rows, own: { ...own, revision: 0 } } };
    const guarded = guardedMoves(movesOfKey(current.key, rows, current.key, after.rows), keyringId);
    return {
      output: describeKeyPolicy(after, deps.engineClock.now()),
      detail: document ? { policy: document } : { removed: rows.own?.document },
      ...(guarded && { guarded }),
    };
  });
}
