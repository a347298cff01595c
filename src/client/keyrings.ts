import type { DualControlInput } from './governance-types.js';
import { eachItem, type Page, type Paging } from './page.js';
import type { AwsAccount, Keyring, RewrapStatus } from './resource-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

export interface UpdateKeyringInput {
  readonly description?: string;
  /** false: somebody may both administer and use keys there. */
  readonly separationOfDuties?: boolean;
  /** null: none. */
  readonly dualControl?: DualControlInput | null;
  /** What it stands for at the AWS door, which ends the separation of duties in it; null: nothing. */
  readonly awsAccount?: AwsAccount | null;
}

/** Keyrings: tenants, each with its own wrapping key. Every method throws a KeysteadError. */
export class Keyrings {
  constructor(private readonly transport: Transport) {}

  async create(input: { readonly name: string; readonly description?: string }): Promise<Keyring> {
    return this.transport.call({
      method: 'POST',
      path: '/api/v1/keyrings',
      body: input,
      creates: true,
    });
  }

  async list(paging: Paging = {}): Promise<Page<Keyring>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/keyrings', query: { ...paging } });
  }

  all(): AsyncGenerator<Keyring, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? {} : { cursor }));
  }

  async get(keyring: string): Promise<Keyring> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/keyrings/${keyring}` });
  }

  /** Changes what is given. All but the description are guarded settings. */
  async update(keyring: string, input: UpdateKeyringInput): Promise<Keyring> {
    return this.transport.call({ method: 'PATCH', path: route`/api/v1/keyrings/${keyring}`, body: input });
  }

  /** Makes a new wrapping key and moves every key's material to it in the background; `rewrapStatus` tells how far it is. */
  async rewrap(keyring: string): Promise<RewrapStatus> {
    const path = route`/api/v1/keyrings/${keyring}/rewrap`;
    return this.transport.call({ method: 'POST', path, body: {}, creates: true });
  }

  async rewrapStatus(keyring: string): Promise<RewrapStatus> {
    return this.transport.call({
      method: 'GET',
      path: route`/api/v1/keyrings/${keyring}/rewrap`,
    });
  }

  /** For ever: everything encrypted under the keyring is lost. Refused while it has enabled keys. */
  async destroy(keyring: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/keyrings/${keyring}` });
  }
}
