import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What clients of PostgreSQL send before anything else when they want TLS (protocol 3, SSLRequest). */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

/** The TLS of a PostgreSQL, in front of one that speaks none: on 127.0.0.1, for those alone who ask for it. */
export class TlsFront {
  /** Connections that came without TLS, and were refused. */
  plain = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly certificate: { readonly key: string; readonly cert: string },
    private readonly target: NetConnectOpts,
  ) {}

  static async start(certificate: { readonly key: string; readonly cert: string }, url: string): Promise<TlsFront> {
    const server = createServer();
    const front = new TlsFront(server, certificate, targetOf(new URL(url)));
    server.on('connection', (client: Socket) => void front.#take(client));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return front;
  }

  /** The same database, through this. */
  urlOf(url: string, host: string, query: string): string {
    const through = new URL(url);
    through.hostname = host;
    through.port = String((this.server.address() as AddressInfo).port);
    through.search = query;
    return through.href;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.server, 'close');
  }

  async #take(client: Socket): Promise<void> {
    this.#keep(client);
    const [asked] = (await once(client, 'data').catch(() => [])) as [Buffer?];
    if (!asked?.equals(SSL_REQUEST)) {
      this.plain += 1;
      client.destroy();
      return;
    }
    client.write('S');
    const secure = new TLSSocket(client, { isServer: true, ...this.certificate });
    const database = connect(this.target);
    for (const socket of [secure, database]) this.#keep(socket);
    secure.pipe(database).pipe(secure);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

function targetOf({ hostname, port }: URL): NetConnectOpts {
  const host = decodeURIComponent(hostname);
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port || 5432}` } : { host, port: Number(port || 5432) };
}
