import type { KeyPolicy, KeyringPolicies, Policy, SimulateInput, Simulation } from './policy-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** How the keys of one keyring must live. Every method throws a KeysteadError. */
export class Policies {
  constructor(
    private readonly transport: Transport,
    private readonly keyring: string,
  ) {}

  /** Which policy holds for a key, and why. */
  async ofKey(key: string): Promise<KeyPolicy> {
    return this.transport.call({ method: 'GET', path: this.#ofKey(key) });
  }

  /** In place of every other. */
  async setForKey(key: string, policy: Policy): Promise<KeyPolicy> {
    return this.transport.call({ method: 'PUT', path: this.#ofKey(key), body: policy });
  }

  async deleteForKey(key: string): Promise<KeyPolicy> {
    return this.transport.call({ method: 'DELETE', path: this.#ofKey(key) });
  }

  /** Those of the keyring and for tags. */
  async get(): Promise<KeyringPolicies> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/keyrings/${this.keyring}/policy` });
  }

  /** For keys with no closer one. */
  async set(policy: Policy): Promise<KeyringPolicies> {
    return this.transport.call({ method: 'PUT', path: route`/api/v1/keyrings/${this.keyring}/policy`, body: policy });
  }

  async delete(): Promise<KeyringPolicies> {
    return this.transport.call({ method: 'DELETE', path: route`/api/v1/keyrings/${this.keyring}/policy` });
  }

  /** For keys that have all of the tags. */
  async setForTags(
    name: string,
    input: { readonly tags: Readonly<Record<string, string>>; readonly policy: Policy },
  ): Promise<KeyringPolicies> {
    return this.transport.call({ method: 'PUT', path: this.#selector(name), body: input });
  }

  async deleteForTags(name: string): Promise<KeyringPolicies> {
    return this.transport.call({ method: 'DELETE', path: this.#selector(name) });
  }

  /** What a policy would do. Changes nothing. */
  async simulate(input: SimulateInput = {}): Promise<Simulation> {
    const path = route`/api/v1/keyrings/${this.keyring}/policies/simulate`;
    return this.transport.call({ method: 'POST', path, body: input });
  }

  #ofKey(key: string): string {
    return route`/api/v1/keyrings/${this.keyring}/keys/${key}/policy`;
  }

  #selector(name: string): string {
    return route`/api/v1/keyrings/${this.keyring}/policies/${name}`;
  }
}
