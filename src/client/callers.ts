import { eachItem, type Page, type Paging } from './page.js';
import type { Caller } from './caller-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** Who may come: services, persons, nodes. `caller` is an id or a name. Every method throws a KeysteadError. */
export class Callers {
  constructor(private readonly transport: Transport) {}

  /** @param input.type such as `service` or `person` */
  async create(input: { readonly name: string; readonly type: string }): Promise<Caller> {
    return this.transport.call({
      method: 'POST',
      path: '/api/v1/callers',
      body: input,
      creates: true,
    });
  }

  async list(paging: Paging = {}): Promise<Page<Caller>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/callers', query: { ...paging } });
  }

  all(): AsyncGenerator<Caller, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? {} : { cursor }));
  }

  async get(caller: string): Promise<Caller> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/callers/${caller}` });
  }

  /** None of its credentials opens anything until it is enabled again. */
  async disable(caller: string): Promise<Caller> {
    return this.#act(caller, 'disable');
  }

  async enable(caller: string): Promise<Caller> {
    return this.#act(caller, 'enable');
  }

  async #act(caller: string, action: string): Promise<Caller> {
    return this.transport.call({
      method: 'POST',
      path: route`/api/v1/callers/${caller}/${action}`,
      body: {},
    });
  }
}
