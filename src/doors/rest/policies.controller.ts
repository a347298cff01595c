import { Controller, Inject } from '@nestjs/common';
import type { KeyringInput } from '../../operations/keyrings/resolve-keyring.js';
import type { KeyInput } from '../../operations/keys/get-key.js';
import { Kms } from '../../operations/kms.js';
import { getKeyPolicy } from '../../operations/policies/get-key-policy.js';
import { getKeyringPolicies } from '../../operations/policies/get-keyring-policies.js';
import { deleteKeyPolicy, setKeyPolicy } from '../../operations/policies/set-key-policy.js';
import {
  deleteKeyringPolicy,
  deleteSelectorPolicy,
  setKeyringPolicy,
  setSelectorPolicy,
  type SelectorInput,
  type SetSelectorPolicyInput,
} from '../../operations/policies/set-keyring-policy.js';
import { simulatePolicies, type SimulatePoliciesInput } from '../../operations/policies/simulate-policies.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { IN_KEY, IN_KEYRING, IN_SELECTOR } from './schemas/paths.js';
import {
  keyPolicyAnswer,
  keyringPoliciesAnswer,
  policy,
  selectorPolicyBody,
  simulateBody,
  simulationAnswer,
} from './schemas/policies.js';

@Controller(`${API}/keyrings/:keyring`)
export class PoliciesController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('policy.set', {
    method: 'PUT',
    path: 'keys/:key/policy',
    params: IN_KEY,
    body: policy,
    answer: keyPolicyAnswer,
    summary: 'Set the policy of a key',
    description:
      'In place of every other. Whoever sets it must be allowed to do what it does: rotate, retire, destroy, disable.',
  })
  async setOfKey({ input, ...call }: Call<KeyInput>) {
    const { keyring, key, ...document } = input;
    return change(this.kms, setKeyPolicy, { ...call, input: { keyring, key, policy: document } });
  }

  @Endpoint('policy.get', {
    method: 'GET',
    path: 'keys/:key/policy',
    params: IN_KEY,
    answer: keyPolicyAnswer,
    summary: 'Which policy holds for a key, why, and what it will do',
  })
  async getOfKey(call: Call<KeyInput>) {
    return use(this.kms, getKeyPolicy, call);
  }

  @Endpoint('policy.delete', {
    method: 'DELETE',
    path: 'keys/:key/policy',
    params: IN_KEY,
    answer: keyPolicyAnswer,
    summary: 'Remove the policy of a key',
    description: 'Then one for its tags or the one of the keyring holds, if there is one.',
  })
  async deleteOfKey(call: Call<KeyInput>) {
    return change(this.kms, deleteKeyPolicy, call);
  }

  @Endpoint('policy.set', {
    method: 'PUT',
    path: 'policy',
    params: IN_KEYRING,
    body: policy,
    answer: keyringPoliciesAnswer,
    summary: 'Set the policy of a keyring',
    description: 'For keys with no closer one: neither of their own nor for their tags.',
  })
  async set({ input, ...call }: Call<KeyringInput>) {
    const { keyring, ...document } = input;
    return change(this.kms, setKeyringPolicy, { ...call, input: { keyring, policy: document } });
  }

  @Endpoint('policy.get', {
    method: 'GET',
    path: 'policy',
    params: IN_KEYRING,
    answer: keyringPoliciesAnswer,
    summary: 'The policies of a keyring',
    description: 'Its own and those for tags; not those of single keys.',
  })
  async get(call: Call<KeyringInput>) {
    return use(this.kms, getKeyringPolicies, call);
  }

  @Endpoint('policy.delete', {
    method: 'DELETE',
    path: 'policy',
    params: IN_KEYRING,
    answer: keyringPoliciesAnswer,
    summary: 'Remove the policy of a keyring',
  })
  async delete(call: Call<KeyringInput>) {
    return change(this.kms, deleteKeyringPolicy, call);
  }

  @Endpoint('policy.set', {
    method: 'PUT',
    path: 'policies/:selector',
    params: IN_SELECTOR,
    body: selectorPolicyBody,
    answer: keyringPoliciesAnswer,
    summary: 'Set a policy for keys with certain tags',
    description: 'Of several that match a key, the one with the most tags holds, then the first by name.',
  })
  async setSelector(call: Call<SetSelectorPolicyInput>) {
    return change(this.kms, setSelectorPolicy, call);
  }

  @Endpoint('policy.delete', {
    method: 'DELETE',
    path: 'policies/:selector',
    params: IN_SELECTOR,
    answer: keyringPoliciesAnswer,
    summary: 'Remove a policy for keys with certain tags',
  })
  async deleteSelector(call: Call<SelectorInput>) {
    return change(this.kms, deleteSelectorPolicy, call);
  }

  @Endpoint('policy.simulate', {
    method: 'POST',
    path: 'policies/simulate',
    params: IN_KEYRING,
    body: simulateBody,
    answer: simulationAnswer,
    summary: 'What a policy would do to the keys of a keyring',
    description: 'Changes nothing. Rotations by messages and bytes cannot be foreseen.',
  })
  async simulate(call: Call<SimulatePoliciesInput>) {
    return use(this.kms, simulatePolicies, call);
  }
}
