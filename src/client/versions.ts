import type { ExposedDataKeys } from './campaign-types.js';
import { eachItem, type Page, type Paging } from './page.js';
import type { VersionUsage } from './policy-types.js';
import type { KeyVersion, RevocationReason } from './resource-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** The versions of the keys of one keyring. Every method throws a KeysteadError. */
export class Versions {
  constructor(
    private readonly transport: Transport,
    private readonly keyring: string,
  ) {}

  /** One page, newest first. */
  async list(key: string, paging: Paging = {}): Promise<Page<KeyVersion>> {
    const path = route`/api/v1/keyrings/${this.keyring}/keys/${key}/versions`;
    return this.transport.call({ method: 'GET', path, query: { ...paging } });
  }

  all(key: string): AsyncGenerator<KeyVersion, void> {
    return eachItem((cursor) => this.list(key, cursor === undefined ? {} : { cursor }));
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

  /** Whether the version is still needed. */
  async usage(key: string, version: number): Promise<VersionUsage> {
    const path = route`/api/v1/keyrings/${this.keyring}/keys/${key}/versions/${version}/usage`;
    return this.transport.call({ method: 'GET', path });
  }

  /** One page of the calls by which data keys were wrapped under the version, newest first. */
  async exposedDataKeys(key: string, version: number, paging: Paging = {}): Promise<Page<ExposedDataKeys>> {
    const path = route`/api/v1/keyrings/${this.keyring}/keys/${key}/versions/${version}/exposed-data-keys`;
    return this.transport.call({ method: 'GET', path, query: { ...paging } });
  }

  allExposedDataKeys(key: string, version: number, limit?: number): AsyncGenerator<ExposedDataKeys, void> {
    const size = limit === undefined ? {} : { limit };
    return eachItem((cursor) => this.exposedDataKeys(key, version, cursor === undefined ? size : { ...size, cursor }));
  }

  /**
   * The material is gone for ever.
   * @param force also of a version that was used a short time ago: only in a keyring with dual control
   */
  async destroy(key: string, version: number, { force }: { readonly force?: boolean } = {}): Promise<KeyVersion> {
    return this.#act(key, version, 'destroy', force === undefined ? {} : { force });
  }

  async #act(key: string, version: number, action: string, body: object = {}): Promise<KeyVersion> {
    const path = route`/api/v1/keyrings/${this.keyring}/keys/${key}/versions/${version}/${action}`;
    return this.transport.call({ method: 'POST', path, body });
  }
}
