import { createServer, type Server, type ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import type { ClientTrust } from './client-trust.js';
import { readTlsMaterial, type TlsMaterial } from './tls-material.js';
import type { TlsSettings } from './tls-settings.js';

const LOOK_EVERY_MS = 1000;
const HANDSHAKE_MS = 10_000;
const WARN_BEFORE_MS = 7 * 86_400_000;

export interface TlsLog {
  log(message: string): void;
  warn(message: string): void;
}

/**
 * The HTTPS servers of one process (one for each address), and their certificates. Changed files take effect on new
 * handshakes and on the client certificates of connections that are open; no connection is dropped. Files that do not
 * fit together, such as half of a renewal, change nothing.
 */
export class TlsServers {
  readonly #servers: Server[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looked: Promise<void> = Promise.resolve();
  #refused = '';

  private constructor(
    private readonly settings: TlsSettings,
    private readonly log: TlsLog,
    private material: TlsMaterial,
  ) {}

  /** @throws KmsError invalid-setting */
  static async open(settings: TlsSettings, log: TlsLog): Promise<TlsServers> {
    const servers = new TlsServers(settings, log, await readTlsMaterial(settings));
    servers.#tellEnd();
    servers.#timer = setInterval(() => void servers.reload(), LOOK_EVERY_MS);
    servers.#timer.unref();
    return servers;
  }

  get trust(): ClientTrust | undefined {
    return this.material.trust;
  }

  create(handler: RequestListener, options: ServerOptions): Server {
    const server = createServer(
      {
        ...options,
        ...this.material.context,
        handshakeTimeout: HANDSHAKE_MS,
        // A certificate that does not verify is refused by authentication, where it is written down.
        requestCert: this.settings.clientCa !== undefined,
        rejectUnauthorized: false,
      },
      handler,
    );
    this.#servers.push(server);
    return server;
  }

  /** Looks whether the files have changed: one look after the other, so that none brings back what an earlier one read. Never throws. */
  reload(): Promise<void> {
    return (this.#looked = this.#looked.then(() => this.#look()));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const material = await readTlsMaterial(this.settings);
      this.#refused = '';
      if (material.digest === this.material.digest) return;
      for (const server of this.#servers) server.setSecureContext(material.context);
      this.material = material;
      this.log.log('TLS: certificate, key, CA or CRL changed; the new ones are in use');
      this.#tellEnd();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== this.#refused)
        this.log.warn(`TLS: the files changed but are not usable, the old ones stay: ${reason}`);
      this.#refused = reason;
    }
  }

  #tellEnd(): void {
    const { endsAt } = this.material;
    if (endsAt - Date.now() > WARN_BEFORE_MS) return;
    this.log.warn(`TLS: the server's certificate ends at ${new Date(endsAt).toISOString()}; renew it`);
  }
}
