import { KeysteadClient, isKeysteadError } from '../../../src/client/client.js';
import type { Asking, Observed } from './observed.js';

/** What passes: the client library gives up after some attempts, an application asks again. */
const PASSING: ReadonlySet<string> = new Set([
  'connection-failed',
  'database-unavailable',
  'overloaded',
  'shutting-down',
  'timeout',
  // Of an earlier attempt that is still under way.
  'conflict',
]);

/** More than ten times what the service takes to say that it cannot: who waits longer is not answered at all. */
const TIMEOUT_MS = 120_000;

/** The client library with its standard settings, in an application that asks again until it is answered. */
export class PersistentClient {
  constructor(
    private readonly observed: Observed,
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @throws KeysteadError any refusal that does not pass */
  ask<T>(call: (client: KeysteadClient) => Promise<T>): Promise<T> {
    return this.#go(call);
  }

  /**
   * For what must not be done twice.
   * @param there looks, after an attempt that says nothing of it, whether it was done all the same
   */
  make<T>(
    call: (client: KeysteadClient) => Promise<T>,
    there: (client: KeysteadClient) => Promise<T | undefined>,
  ): Promise<T> {
    return this.#go(call, there);
  }

  async #go<T>(
    call: (client: KeysteadClient) => Promise<T>,
    there?: (client: KeysteadClient) => Promise<T | undefined>,
  ): Promise<T> {
    const asking = this.observed.begin();
    const { url, token } = this;
    const client = new KeysteadClient({ url, token, timeoutMs: TIMEOUT_MS, fetch: asking.fetch });
    try {
      return await this.#untilAnswered(client, asking, call, there);
    } finally {
      asking.end();
    }
  }

  async #untilAnswered<T>(
    client: KeysteadClient,
    asking: Asking,
    call: (client: KeysteadClient) => Promise<T>,
    there?: (client: KeysteadClient) => Promise<T | undefined>,
  ): Promise<T> {
    for (;;) {
      try {
        const answer = await call(client);
        asking.acknowledge();
        return answer;
      } catch (error) {
        if (this.observed.isAbandoned) throw error;
        if (isKeysteadError(error, 'timeout')) this.observed.wrong.add(`not answered: ${error.detail}`);
        // The library has asked again by itself, and met what its first attempt did.
        const mayBeDone = there !== undefined && isKeysteadError(error) && error.status === 409;
        if (!mayBeDone && !isPassing(error)) throw error;
        const found = there && (await this.#go(there));
        if (found !== undefined) return found;
        if (!isPassing(error)) throw error;
      }
    }
  }
}

function isPassing(error: unknown): boolean {
  return isKeysteadError(error) && PASSING.has(error.code);
}
