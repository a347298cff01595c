import { eachItem, type Page, type Paging } from './page.js';
import type { Binding, BindingFilters, CreateBindingInput } from './binding-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';
import { toWire } from './wire.js';

/** Which caller has which role where. Every method throws a KeysteadError. */
export class Bindings {
  constructor(private readonly transport: Transport) {}

  async create(input: CreateBindingInput): Promise<Binding> {
    return this.transport.call({
      method: 'POST',
      path: '/api/v1/bindings',
      body: toWire(input),
      creates: true,
    });
  }

  async list(query: BindingFilters & Paging = {}): Promise<Page<Binding>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/bindings', query: { ...query } });
  }

  all(filters: BindingFilters = {}): AsyncGenerator<Binding, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? filters : { ...filters, cursor }));
  }

  async delete(id: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/bindings/${id}` });
  }
}
