import { eachItem, type Page, type Paging } from './page.js';
import type { Alias } from './resource-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** The aliases of one keyring: further names of keys, which can be moved. Every method throws a KeysteadError. */
export class Aliases {
  constructor(
    private readonly transport: Transport,
    private readonly keyring: string,
  ) {}

  async create(input: { readonly name: string; readonly key: string }): Promise<Alias> {
    return this.transport.call({ method: 'POST', path: this.#path(), body: input, creates: true });
  }

  /** @param query.key only those of this key */
  async list(query: Paging & { readonly key?: string } = {}): Promise<Page<Alias>> {
    return this.transport.call({ method: 'GET', path: this.#path(), query: { ...query } });
  }

  all(): AsyncGenerator<Alias, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? {} : { cursor }));
  }

  /** Points the alias at another key. */
  async move(alias: string, key: string): Promise<Alias> {
    return this.transport.call({
      method: 'PUT',
      path: this.#path() + route`/${alias}`,
      body: { key },
    });
  }

  async delete(alias: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: this.#path() + route`/${alias}` });
  }

  #path(): string {
    return route`/api/v1/keyrings/${this.keyring}/aliases`;
  }
}
