import type { Page } from './page.js';
import type { KeyVersion, RevocationReason } from './resource-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** The versions of the keys of one keyring. Every method throws a KeysteadError. */
export class Versions {
  constructor(
    private readonly transport: Transport,
    private readonly keyring: string,
  ) {}

  async list(key: string): Promise<readonly KeyVersion[]> {
    const path = route`/api/v1/keyrings/${this.keyring}/keys/${key}/versions`;
    return (await this.transport.call<Page<KeyVersion>>({ method: 'GET', path })).items;
  }

  /** It refuses everything until it is restored. Not the primary: rotate first. */
  async retire(key: string, version: number): Promise<KeyVersion> {
    return this.#act(key, version, 'retire');
  }

  async restore(key: string, version: number): Promise<KeyVersion> {
    return this.#act(key, version, 'restore');
  }

  async disable(key: string, version: number): Promise<KeyVersion> {
    return this.#act(key, version, 'disable');
  }

  async enable(key: string, version: number): Promise<KeyVersion> {
    return this.#act(key, version, 'enable');
  }

  /** For good, and with a reason that is written down. */
  async revoke(key: string, version: number, reason: RevocationReason): Promise<KeyVersion> {
    return this.#act(key, version, 'revoke', { reason });
  }

  /** The material is gone for ever. */
  async destroy(key: string, version: number): Promise<KeyVersion> {
    return this.#act(key, version, 'destroy');
  }

  async #act(key: string, version: number, action: string, body: object = {}): Promise<KeyVersion> {
    const path = route`/api/v1/keyrings/${this.keyring}/keys/${key}/versions/${version}/${action}`;
    return this.transport.call({ method: 'POST', path, body });
  }
}
