import { eachItem, type Page, type Paging } from './page.js';
import type { KeyWithPolicy } from './policy-types.js';
import type {
  CreateKeyInput,
  ExportInput,
  ExportedKey,
  ImportAlgorithm,
  ImportParameters,
  Key,
  KeyFilters,
  PublicKey,
  PublicKeyInput,
  RevocationReason,
  UpdateKeyInput,
} from './resource-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';
import { fromWire, toWire } from './wire.js';

/** The keys of one keyring. `key` is an id, a name or an alias. Every method throws a KeysteadError. */
export class Keys {
  constructor(
    private readonly transport: Transport,
    private readonly keyring: string,
  ) {}

  async create(input: CreateKeyInput): Promise<Key> {
    const path = route`/api/v1/keyrings/${this.keyring}/keys`;
    return this.transport.call({ method: 'POST', path, body: toWire(input), creates: true });
  }

  /** One page, newest first. */
  async list(query: KeyFilters & Paging = {}): Promise<Page<Key>> {
    const path = route`/api/v1/keyrings/${this.keyring}/keys`;
    return this.transport.call({ method: 'GET', path, query: { ...query } });
  }

  /** Every key that passes the filters: `for await (const key of client.keys.all({ state: 'enabled' }))`. */
  all(filters: KeyFilters & { readonly limit?: number } = {}): AsyncGenerator<Key, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? filters : { ...filters, cursor }));
  }

  async get(key: string): Promise<KeyWithPolicy> {
    return this.transport.call({ method: 'GET', path: this.#path(key) });
  }

  async update(key: string, changes: UpdateKeyInput): Promise<Key> {
    return this.transport.call({ method: 'PATCH', path: this.#path(key), body: changes });
  }

  /** Makes a new primary version; older versions still decrypt and verify. */
  async rotate(key: string): Promise<Key> {
    return this.#act(key, 'rotate', {}, true);
  }

  async enable(key: string): Promise<Key> {
    return this.#act(key, 'enable');
  }

  async disable(key: string): Promise<Key> {
    return this.#act(key, 'disable');
  }

  /** Every version, for good. @param replace a new version takes over; else the key is disabled */
  async revoke(key: string, reason: RevocationReason, input: { readonly replace?: boolean } = {}): Promise<Key> {
    return this.#act(key, 'revoke', { reason, ...input });
  }

  /** @param windowDays 7 to 30, default 30: until then it can be cancelled, and the key is not usable */
  async scheduleDestruction(key: string, input: { readonly windowDays?: number } = {}): Promise<Key> {
    return this.#act(key, 'schedule-destruction', input);
  }

  /** The key comes back disabled. */
  async cancelDestruction(key: string): Promise<Key> {
    return this.#act(key, 'cancel-destruction');
  }

  /** What to wrap material with before `importMaterial` (see `wrapMaterial`). */
  async importParameters(key: string, algorithm: ImportAlgorithm): Promise<ImportParameters> {
    const path = `${this.#path(key)}/import-parameters`;
    const answer = await this.transport.call<ImportParameters>({ method: 'POST', path, body: { algorithm } });
    return fromWire(answer, ['publicKey']);
  }

  async importMaterial(
    key: string,
    input: { readonly importToken: string; readonly wrappedMaterial: Uint8Array },
  ): Promise<Key> {
    return this.#act(key, 'import', toWire(input), true);
  }

  /** Exportable keys only: the material, wrapped to the given public key (see `unwrapMaterial`). */
  async exportMaterial(key: string, input: ExportInput): Promise<ExportedKey> {
    const path = `${this.#path(key)}/export`;
    return fromWire<ExportedKey>(await this.transport.call({ method: 'POST', path, body: toWire(input) }), [
      'wrappedMaterial',
    ]);
  }

  async publicKey(key: string, input: PublicKeyInput = {}): Promise<PublicKey> {
    const path = `${this.#path(key)}/public-key`;
    return fromWire<PublicKey>(await this.transport.call({ method: 'GET', path, query: { ...input } }), ['publicKey']);
  }

  #path(key: string): string {
    return route`/api/v1/keyrings/${this.keyring}/keys/${key}`;
  }

  async #act(key: string, action: string, body: object = {}, creates = false): Promise<Key> {
    return this.transport.call({ method: 'POST', path: `${this.#path(key)}/${action}`, body, creates });
  }
}
