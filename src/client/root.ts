import type { RootStatus, SealProgress } from './resource-types.js';
import type { Transport } from './transport.js';

/** The key above all keys. Every method throws a KeysteadError. */
export class Root {
  constructor(private readonly transport: Transport) {}

  async status(): Promise<RootStatus> {
    return this.transport.call({ method: 'GET', path: '/api/v1/root' });
  }

  /** A new version of the root key within its provider. */
  async rotate(): Promise<RootStatus> {
    return this.transport.call({
      method: 'POST',
      path: '/api/v1/root/rotate',
      body: {},
      creates: true,
    });
  }

  /** Whether the node waits for shares of its root key. Needs no token. */
  async sealStatus(): Promise<SealProgress> {
    return this.transport.call({ method: 'GET', path: '/api/v1/root/seal' });
  }

  /** One share of a `shamir:` root, on a node that is sealed. Needs no token. */
  async unseal(share: string): Promise<SealProgress> {
    return this.transport.call({ method: 'POST', path: '/api/v1/root/unseal', body: { share }, once: true });
  }

  /** Moves to the root that every node has configured as its next one (KEYSTEAD_ROOT_KEY_NEXT). */
  async migrate(): Promise<RootStatus> {
    return this.transport.call({
      method: 'POST',
      path: '/api/v1/root/migrate',
      body: {},
      creates: true,
    });
  }
}
