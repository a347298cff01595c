import { afterEach } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import { openRootKey } from '../../src/roots/providers.js';
import type { RootKey } from '../../src/roots/root-key.js';
import type { RootSettings } from '../../src/roots/root-settings.js';
import { TransitServer, type TransitServerOptions } from './transit-server.js';
import type { TokenOptions } from './transit-tokens.js';

/** Transit servers and root keys on them, which end with each test. Every server has a key `root`. */
export class TransitFixture {
  readonly #servers: TransitServer[] = [];
  readonly #roots: RootKey[] = [];

  constructor() {
    afterEach(async () => {
      for (const root of this.#roots.splice(0)) await root.close();
      for (const server of this.#servers.splice(0)) await server.stop();
    });
  }

  async start(options: TransitServerOptions = {}): Promise<TransitServer> {
    const server = await TransitServer.start(options);
    this.#servers.push(server);
    server.keys.create('root');
    return server;
  }

  async open(server: TransitServer, settings: Partial<RootSettings>, keyName = 'root'): Promise<RootKey> {
    const root = await openRootKey(server.uriOf(keyName), { dataDir: '/nowhere', ...settings });
    this.#roots.push(root);
    return root;
  }
}

/** Settings with a new token of the server. */
export function tokenOf(server: TransitServer, options: TokenOptions = {}): { vaultToken: Secret } {
  return { vaultToken: new Secret(Buffer.from(server.tokens.issue(options))) };
}

const ROLE = { roleId: 'keystead', secretId: '5f1b0d2c-secret-id' };

/** The server's side of an AppRole. */
export function appRole(token: TokenOptions = { ttl: 3600 }): Required<TransitServerOptions>['appRole'] {
  return { ...ROLE, token };
}

/** The client's side of it. */
export function byRole(): { vaultRoleId: string; vaultSecretId: Secret } {
  return { vaultRoleId: ROLE.roleId, vaultSecretId: new Secret(Buffer.from(ROLE.secretId)) };
}

/** Counts the requests `METHOD path` from now on. */
export function countOf(server: TransitServer, request: string): { readonly count: number } {
  const seen = { count: 0 };
  server.requests.on('request', (it) => {
    if (it === request) seen.count += 1;
  });
  return seen;
}
