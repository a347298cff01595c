import type { OperationName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import { mustBeName, mustBeTags } from '../../keys/names.js';
import { parsePolicy } from '../../rotation/parse-policy.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import type { PolicyRow } from '../../rotation/records.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from '../keyrings/resolve-keyring.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { describeKeyringPolicies, type KeyringPoliciesDescription } from './keyring-policies.js';
import { permissionsOfPolicy } from './permissions-of-policy.js';

/** Each key's rules are found among them. */
const MAX_SELECTORS = 100;

type Row = Omit<PolicyRow, 'revision'>;
type KeyringPolicyOperation<Input extends KeyringInput> = ChangeOperation<
  Input,
  ResolvedKeyring,
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
    if (!row.document) throw notFound('the keyring has no policy');
    return { ...row, document: null, setAt };
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
    if (others.length >= MAX_SELECTORS) {
      throw new KmsError('limit-reached', `a keyring has at most ${MAX_SELECTORS} policies for tags`);
    }
    return { ...row, selectors: [...others, { name, tags, policy, setAt: setAt.toISOString() }] };
  },
});

export const deleteSelectorPolicy = keyringPolicyOperation<SelectorInput>('policy.delete', {
  change(row, { selector }) {
    const others = row.selectors.filter(({ name }) => name !== selector);
    if (others.length === row.selectors.length) throw notFound('the keyring has no policy for tags of this name');
    return { ...row, selectors: others };
  },
});

interface KeyringPolicyChange<Input> {
  readonly check?: (input: Input) => void;
  readonly change: (row: Row, input: Input, setAt: Date) => Row;
}

function keyringPolicyOperation<Input extends KeyringInput & { readonly policy?: PolicyDocument }>(
  name: OperationName & ('policy.set' | 'policy.delete'),
  { check, change: changed }: KeyringPolicyChange<Input>,
): KeyringPolicyOperation<Input> {
  const resolve = resolveKeyring(name);
  return {
    name,

    async resolve(deps: Deps, input: Input, arrival: Arrival) {
      const resolved = await resolve(deps, input, arrival);
      if (name === 'policy.delete') return resolved;
      const resource = { kind: 'keyring', keyringId: resolved.keyring.id } as const;
      const permissions = permissionsOfPolicy(parsePolicy(input.policy));
      return { ...resolved, needs: permissions.map((permission) => ({ permission, resource })) };
    },

    async run(deps, { keyring }, input, commit) {
      check?.(input);
      return commit([keyring.id], async (change) => {
        mustBeLive(change, keyring.id);
        const setAt = new Date(deps.engineClock.now());
        const none: Row = { keyringId: keyring.id, target: 'keyring', document: null, setAt, selectors: [] };
        const row = changed((await change.find('policy', `${keyring.id}/keyring`)) ?? none, input, setAt);
        change.put('policy', row);
        return {
          output: describeKeyringPolicies(row),
          detail: { policy: row.document, selectors: row.selectors },
        };
      });
    },
  };
}

function notFound(what: string): KmsError {
  return new KmsError('policy-not-found', `${what}; GET …/policy lists those of the keyring`);
}
