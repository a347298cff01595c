import { KeysteadClient, type CreateKeyInput } from '../../src/client/client.js';
import { Server, type Tokens } from '../support/server.js';

/** A real server with a client for each kind of person. */
export class Clients implements Record<keyof Tokens, KeysteadClient> {
  #made = 0;

  private constructor(
    readonly server: Server,
    readonly admin: KeysteadClient,
    readonly keyAdmin: KeysteadClient,
    readonly app: KeysteadClient,
    readonly auditor: KeysteadClient,
  ) {}

  static async start(): Promise<Clients> {
    const server = await Server.start();
    const { admin, keyAdmin, app, auditor } = await server.tokens();
    const as = (token: string) => new KeysteadClient({ url: server.url, token });
    return new Clients(server, as(admin), as(keyAdmin), as(app), as(auditor));
  }

  /** @returns the name of a new key */
  async makeKey(spec: string, input: CreateKeyInput = {}): Promise<string> {
    const name = `key-${++this.#made}`;
    await this.keyAdmin.keys.create({ name, spec, ...input });
    return name;
  }
}
