import createClient, { type client as VaultClient } from 'node-vault';
import { mustBeOpen } from '../checks.js';
import type { VaultCredential } from './vault-credential.js';
import { statusOf, vaultFailure } from './vault-failure.js';
import { readLease, renewalDelay, type Lease } from './vault-lease.js';
import { vaultTransport } from './vault-transport.js';

export interface VaultServer {
  readonly endpoint: string;
  readonly namespace?: string | undefined;
  readonly caCert?: string | undefined;
  readonly timeoutMs: number;
}

/**
 * An authenticated conversation with one Vault or OpenBao: logs in when first needed, renews the token before it expires,
 * and logs in anew when the token is refused and the credential allows it.
 */
export class VaultSession {
  readonly #server: VaultServer;
  readonly #credential: VaultCredential;
  readonly #client: VaultClient;
  #entered: Promise<void> | undefined;
  #renewal: NodeJS.Timeout | undefined;
  /** Seconds that the token had when it was issued: a renewal that gives much less nears its maximum. */
  #firstTtl = 0;
  #closed = false;

  constructor(server: VaultServer, credential: VaultCredential) {
    this.#server = server;
    this.#credential = credential;
    // Everything that node-vault would otherwise read from the environment, or write to its debug log, is set here.
    this.#client = createClient({
      endpoint: server.endpoint,
      debug: () => undefined,
      'request-promise': vaultTransport({ timeoutMs: server.timeoutMs, caCert: server.caCert }),
    });
    Object.assign(this.#client, { token: '', namespace: server.namespace ?? '', pathPrefix: '' });
  }

  /**
   * Sends one request under a valid token.
   * @param doing for the sentence of an error: `rotate the key transit/keystead`
   * @throws KmsError as `vaultFailure`, shutting-down
   */
  async call(doing: string, request: (client: VaultClient) => Promise<unknown>): Promise<unknown> {
    mustBeOpen(this.#closed);
    try {
      const entered = this.#enter();
      await entered;
      try {
        return await request(this.#client);
      } catch (error) {
        if (statusOf(error) !== 403 || this.#credential.kind !== 'approle') throw error;
        if (this.#entered === entered) this.#entered = undefined;
      }
      await this.#enter();
      return await request(this.#client);
    } catch (error) {
      throw vaultFailure(error, this.#server.endpoint, doing);
    }
  }

  /** Gives a token back that this session got by logging in. An unreachable Vault does not hold it up past one timeout. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#renewal);
    const entered = await this.#entered?.then(() => true).catch(() => false);
    if (entered && this.#credential.kind === 'approle') {
      await this.#client.tokenRevokeSelf().catch(() => undefined);
    }
    this.#client.token = '';
  }

  /** One login for all who wait; a failed one is tried again by the next who comes. */
  #enter(): Promise<void> {
    if (!this.#entered) {
      const entering = this.#logIn();
      this.#entered = entering;
      entering.catch(() => {
        if (this.#entered === entering) this.#entered = undefined;
      });
    }
    return this.#entered;
  }

  async #logIn(): Promise<void> {
    const credential = this.#credential;
    clearTimeout(this.#renewal);
    if (credential.kind === 'token') {
      this.#client.token = credential.token.bytes.toString('utf8');
      this.#begin(await this.#lookUp());
      return;
    }
    this.#client.token = '';
    const answer: unknown = await this.#client
      .approleLogin({
        mount_point: credential.mount,
        role_id: credential.roleId,
        secret_id: credential.secretId.bytes.toString('utf8'),
      })
      .catch((error: unknown) => {
        throw vaultFailure(error, this.#server.endpoint, 'log in by AppRole');
      });
    this.#begin(readLease(answer, 'auth'));
  }

  /** What is left of a given token. A token that may not look at itself still works; it is only not renewed. */
  async #lookUp(): Promise<Lease | undefined> {
    try {
      return readLease(await this.#client.tokenLookupSelf(), 'data');
    } catch (error) {
      if (statusOf(error) === 403) return undefined;
      throw error;
    }
  }

  #begin(lease: Lease | undefined): void {
    this.#firstTtl = lease?.ttl ?? 0;
    this.#schedule(lease);
  }

  #schedule(lease: Lease | undefined): void {
    clearTimeout(this.#renewal);
    const worthRenewing = lease && lease.ttl > 0 && (lease.renewable || this.#credential.kind === 'approle');
    if (!worthRenewing || this.#closed) return;
    this.#renewal = setTimeout(() => void this.#renew(lease), renewalDelay(lease.ttl));
    this.#renewal.unref();
  }

  async #renew(lease: Lease): Promise<void> {
    const left = await this.#tryRenewal(lease);
    if (this.#closed) return;
    const nearsMaximum = !left || left.ttl < this.#firstTtl / 2;
    if (nearsMaximum && this.#credential.kind === 'approle') {
      // A failed login here is no loss: the next call logs in, and says what is wrong.
      this.#entered = undefined;
      await this.#enter().catch(() => undefined);
    } else {
      // What could not be renewed is tried again in what remains of it.
      this.#schedule(left ?? { ...lease, ttl: Math.floor(lease.ttl / 3) });
    }
  }

  async #tryRenewal(lease: Lease): Promise<Lease | undefined> {
    if (!lease.renewable) return undefined;
    try {
      return readLease(await this.#client.tokenRenewSelf({}), 'auth');
    } catch {
      return undefined;
    }
  }
}
