import type { AccessKey, CreateAccessKeyInput, NewAccessKey } from './access-key-types.js';
import { KeysteadError } from './keystead-error.js';
import { eachItem, type Page, type Paging } from './page.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** The access keys of callers, for the AWS door. Every method throws a KeysteadError. */
export class AccessKeys {
  constructor(private readonly transport: Transport) {}

  /**
   * @returns the access key with its secret, which the service will not show again
   * @throws KeysteadError one-time-secret-lost if the first answer was lost on the way: revoke that one and make another
   */
  async create(caller: string, input: CreateAccessKeyInput): Promise<NewAccessKey> {
    const path = route`/api/v1/callers/${caller}/access-keys`;
    type Made = Omit<NewAccessKey, 'secretAccessKey'> & { readonly secretAccessKey?: string };
    const made = await this.transport.call<Made>({ method: 'POST', path, body: input, creates: true });
    const { id, secretAccessKey } = made;
    if (typeof secretAccessKey === 'string') return { ...made, secretAccessKey };
    const detail = `Access key ${id} was made, but the answer that held its secret was lost on the way: revoke it and make another.`;
    throw new KeysteadError('one-time-secret-lost', detail);
  }

  async list(caller: string, paging: Paging = {}): Promise<Page<AccessKey>> {
    const path = route`/api/v1/callers/${caller}/access-keys`;
    return this.transport.call({ method: 'GET', path, query: { ...paging } });
  }

  all(caller: string): AsyncGenerator<AccessKey, void> {
    return eachItem((cursor) => this.list(caller, cursor === undefined ? {} : { cursor }));
  }

  /** At once, on every node. */
  async revoke(caller: string, accessKeyId: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/callers/${caller}/access-keys/${accessKeyId}` });
  }
}
