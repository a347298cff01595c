import type { RootStatus } from './resource-types.js';
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
