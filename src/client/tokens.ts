import { KeysteadError } from './keystead-error.js';
import { eachItem, type Page, type Paging } from './page.js';
import type { CreateTokenInput, ListedToken, NewToken, RotatedToken, RotateTokenInput, Token } from './caller-types.js';
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
    return mustBeShown(
      await this.transport.call<Token & { readonly token?: string }>({
        method: 'POST',
        path,
        body: input,
        creates: true,
      }),
    );
  }

  /**
   * A new token in the place of another, which goes on for the overlap.
   * @throws KeysteadError one-time-secret-lost as `create`
   */
  async rotate(caller: string, tokenId: string, input: RotateTokenInput = {}): Promise<RotatedToken> {
    const path = route`/api/v1/callers/${caller}/tokens/${tokenId}/rotate`;
    type Made = Omit<RotatedToken, 'token'> & { readonly token?: string };
    return mustBeShown(await this.transport.call<Made>({ method: 'POST', path, body: input, creates: true }));
  }

  async list(caller: string, paging: Paging = {}): Promise<Page<ListedToken>> {
    const path = route`/api/v1/callers/${caller}/tokens`;
    return this.transport.call({ method: 'GET', path, query: { ...paging } });
  }

  all(caller: string): AsyncGenerator<ListedToken, void> {
    return eachItem((cursor) => this.list(caller, cursor === undefined ? {} : { cursor }));
  }

  /** At once, on every node. */
  async revoke(caller: string, tokenId: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/callers/${caller}/tokens/${tokenId}` });
  }
}

function mustBeShown<T extends { readonly id: string; readonly token?: string }>(
  made: T,
): T & { readonly token: string } {
  const { id, token } = made;
  if (typeof token === 'string') return { ...made, token };
  const detail = `Token ${id} was made, but the answer that held it was lost on the way: revoke it and make another.`;
  throw new KeysteadError('one-time-secret-lost', detail);
}
