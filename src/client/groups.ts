import type { Group, GroupClaim } from './group-types.js';
import { eachItem, type Page, type Paging } from './page.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** Groups of callers. `group` and `caller` are ids or names. Every method throws a KeysteadError. */
export class Groups {
  constructor(private readonly transport: Transport) {}

  async create(input: {
    readonly name: string;
    readonly description?: string;
    readonly claim?: GroupClaim;
  }): Promise<Group> {
    return this.transport.call({ method: 'POST', path: '/api/v1/groups', body: input, creates: true });
  }

  async list(paging: Paging = {}): Promise<Page<Group>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/groups', query: { ...paging } });
  }

  all(): AsyncGenerator<Group, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? {} : { cursor }));
  }

  async add(group: string, caller: string): Promise<Group> {
    return this.transport.call({ method: 'PUT', path: route`/api/v1/groups/${group}/members/${caller}`, body: {} });
  }

  async remove(group: string, caller: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/groups/${group}/members/${caller}` });
  }

  /** Refused while a binding is for it. */
  async delete(group: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/groups/${group}` });
  }
}
