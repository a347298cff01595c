import { eachItem, type Page, type Paging } from './page.js';
import type { CreateCredentialInput, Credential } from './caller-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** The credentials of callers, of every kind; tokens are made in `tokens`. Every method throws a KeysteadError. */
export class Credentials {
  constructor(private readonly transport: Transport) {}

  /** Lets a caller in by client certificates or JWTs that others issue. */
  async create(caller: string, input: CreateCredentialInput): Promise<Credential> {
    const path = route`/api/v1/callers/${caller}/credentials`;
    return this.transport.call({ method: 'POST', path, body: input, creates: true });
  }

  async list(caller: string, paging: Paging = {}): Promise<Page<Credential>> {
    const path = route`/api/v1/callers/${caller}/credentials`;
    return this.transport.call({ method: 'GET', path, query: { ...paging } });
  }

  all(caller: string): AsyncGenerator<Credential, void> {
    return eachItem((cursor) => this.list(caller, cursor === undefined ? {} : { cursor }));
  }

  /** At once, on every node. */
  async revoke(caller: string, credentialId: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/callers/${caller}/credentials/${credentialId}` });
  }
}
