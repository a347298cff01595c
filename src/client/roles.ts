import type { Role } from './binding-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** Roles: lists of permissions that bindings give. Every method throws a KeysteadError. */
export class Roles {
  constructor(private readonly transport: Transport) {}

  async create(input: { readonly name: string; readonly permissions: readonly string[] }): Promise<Role> {
    return this.transport.call({ method: 'POST', path: '/api/v1/roles', body: input, creates: true });
  }

  /** The built-in ones first. */
  async list(): Promise<readonly Role[]> {
    const { items } = await this.transport.call<{ readonly items: readonly Role[] }>({
      method: 'GET',
      path: '/api/v1/roles',
    });
    return items;
  }

  /** Refused while a binding names it. */
  async delete(name: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/roles/${name}` });
  }
}
