import type { OperationName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import { mustBeName, mustBeTags } from '../../keys/names.js';
import { parsePolicy } from '../../rotation/parse-policy.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import type { PolicyRow } from '../../rotation/records.js';
import type { Deps } from '../deps.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from '../keyrings/resolve-keyring.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { describeKeyringPolicies, type KeyringPoliciesDescription } from './keyring-policies.js';
import { policyBasis } from './policy-in-force.js';
import { guardedMoves, movesInKeyring, permissionsOfMove } from './policy-move.js';

/** Each key's rules are found among them. */
const MAX_SELECTORS = 100;

type Row = Omit<PolicyRow, 'revision'>;
interface ResolvedKeyringPolicy extends ResolvedKeyring {
  readonly row: PolicyRow | undefined;
}
type KeyringPolicyOperation<Input extends KeyringInput> = ChangeOperation<
  Input,
  ResolvedKeyringPolicy,
  KeyringPoliciesDescription
>;

export interface SetKeyringPolicyInput extends KeyringInput {
  readonly policy: PolicyDocument;
}

export interface SelectorInput extends KeyringInput {
  /** Its name. */
  readonly selector: string;
}

export interface SetSelectorPolicyInput extends SelectorInput {
  /** A key is meant that has all of them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: PolicyDocument;
}

/** What holds for the keys of a keyring for which nothing more specific does. */
export const setKeyringPolicy = keyringPolicyOperation<SetKeyringPolicyInput>('policy.set', {
  change: (row, { policy }, setAt) => ({ ...row, document: policy, setAt }),
});

export const deleteKeyringPolicy = keyringPolicyOperation<KeyringInput>('policy.delete', {
  change(row, _input, setAt) {
    return row.document ? { ...row, document: null, setAt } : undefined;
  },
});

/** A policy for the keys of a keyring with certain tags. One of the same name is replaced. */
export const setSelectorPolicy = keyringPolicyOperation<SetSelectorPolicyInput>('policy.set', {
  check({ selector, tags }) {
    mustBeName(selector, 'selector');
    mustBeTags(tags);
    if (Object.keys(tags).length > 0) return;
    throw new KmsError('invalid-request', 'tags: at least one; for all keys, set the policy of the keyring');
  },
  change(row, { selector: name, tags, policy }, setAt) {
    const others = row.selectors.filter((one) => one.name !== name);
    return { ...row, selectors: [...others, { name, tags, policy, setAt: setAt.toISOString() }] };
  },
});

export const deleteSelectorPolicy = keyringPolicyOperation<SelectorInput>('policy.delete', {
  change(row, { selector }) {
    const others = row.selectors.filter(({ name }) => name !== selector);
    return others.length < row.selectors.length ? { ...row, selectors: others } : undefined;
  },
});

interface KeyringPolicyChange<Input> {
  readonly check?: (input: Input) => void;
  /** undefined: there is nothing to be deleted. */
  readonly change: (row: Row, input: Input, setAt: Date) => Row | undefined;
}

function keyringPolicyOperation<Input extends KeyringInput & { readonly policy?: PolicyDocument }>(
  name: OperationName & ('policy.set' | 'policy.delete'),
  { check, change: changed }: KeyringPolicyChange<Input>,
): KeyringPolicyOperation<Input> {
  const resolve = resolveKeyring(name);
  return {
    name,

    /** For whatever keys it changes the policy in force: a deny for one of them counts. */
    async resolve(deps, input, arrival) {
      const resolved = await resolve(deps, input, arrival);
      if (name === 'policy.set') parsePolicy(input.policy);
      const { keyring } = resolved;
      const { keyring: row } = await deps.ledger.findPolicies(keyring.id);
      const before = row ?? none(keyring.id, deps);
      const after = changed(before, input, before.setAt);
      // That there is nothing to be deleted is told to those who might delete it, whatever it was.
      const moves = after ? movesInKeyring(before, after) : [{ tags: {}, from: [], to: [] }];
      const needs = moves.flatMap((move) =>
        [name, ...permissionsOfMove(move)].map((permission) => ({
          permission,
          resource: { kind: 'keys', keyringId: keyring.id, tags: move.tags } as const,
        })),
      );
      const basis = [...resolved.basis, ...policyBasis({ own: undefined, keyring: row })];
      return { ...resolved, row, needs: [...resolved.needs, ...needs], basis };
    },

    async run(deps, { keyring, row }, input, commit) {
      check?.(input);
      return commit([keyring.id], async (change) => {
        mustBeLive(change, keyring.id);
        const current = await change.find('policy', `${keyring.id}/keyring`);
        if (current?.revision !== row?.revision) {
          throw new KmsError('conflict', 'the policies of the keyring changed meanwhile; try again');
        }
        const before = current ?? none(keyring.id, deps);
        const after = changed(before, input, new Date(deps.engineClock.now()));
        if (!after) {
          throw new KmsError('policy-not-found', 'there is no such policy; GET …/policy lists those of the keyring');
        }
        if (after.selectors.length > MAX_SELECTORS) {
          throw new KmsError('limit-reached', `a keyring has at most ${MAX_SELECTORS} policies for tags`);
        }
        change.put('policy', after);
        const guarded = guardedMoves(movesInKeyring(before, after), keyring.id);
        return {
          output: describeKeyringPolicies(after, deps.engineClock.now()),
          detail: { policy: after.document, selectors: after.selectors },
          ...(guarded && { guarded }),
        };
      });
    },
  };
}

/** Of a keyring for which none was set yet. */
function none(keyringId: string, { engineClock }: Deps): Row {
  return { keyringId, target: 'keyring', document: null, setAt: new Date(engineClock.now()), selectors: [] };
}
