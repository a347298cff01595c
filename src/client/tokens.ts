import { KeysteadError } from './keystead-error.js';
import { eachItem, type Page, type Paging } from './page.js';
import type { CreateTokenInput, NewToken, Token } from './resource-types.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** The API tokens of callers. Every method throws a KeysteadError. */
export class Tokens {
  constructor(private readonly transport: Transport) {}

  /**
   * @returns the token, which the service will not show again
   * @throws KeysteadError one-time-secret-lost if the first answer was lost on the way: revoke that token and make another
   */
  async create(caller: string, input: CreateTokenInput = {}): Promise<NewToken> {
    const path = route`/api/v1/callers/${caller}/tokens`;
    const made = await this.transport.call<Partial<NewToken>>({ method: 'POST', path, body: input, creates: true });
    const { id, token } = made;
    if (typeof id === 'string' && typeof token === 'string') return { ...made, id, token };
    const detail = `Token ${id} was made, but the answer that held it was lost on the way: revoke it and make another.`;
    throw new KeysteadError('one-time-secret-lost', detail);
  }

  async list(caller: string, paging: Paging = {}): Promise<Page<Token>> {
    const path = route`/api/v1/callers/${caller}/tokens`;
    return this.transport.call({ method: 'GET', path, query: { ...paging } });
  }

  all(caller: string): AsyncGenerator<Token, void> {
    return eachItem((cursor) => this.list(caller, cursor === undefined ? {} : { cursor }));
  }

  /** At once, on every node. */
  async revoke(caller: string, tokenId: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/callers/${caller}/tokens/${tokenId}` });
  }
}
