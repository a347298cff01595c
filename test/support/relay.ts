import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where a connection goes; undefined: nowhere, it is broken off. */
type Way = () => Promise<Socket | undefined>;

/** A small TCP relay on 127.0.0.1: what goes through it can be broken off, or made to say nothing any more. */
export class Relay {
  /** Both ends of all connections. */
  readonly #sockets = new Set<Socket>();
  /** Client → server. */
  readonly #pairs = new Map<Socket, Socket>();
  /** Connections that stay, and over which nothing comes. */
  readonly #silenced = new Set<Socket>();
  #isSilent = false;

  private constructor(
    private readonly server: Server,
    private readonly way: Way,
  ) {}

  static async start(way: Way): Promise<Relay> {
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    const relay = new Relay(server, way);
    server.on('connection', (client: Socket) => void relay.#take(client));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resets every connection that there is. @returns how many there were */
  cut(): number {
    const pairs = [...this.#pairs];
    for (const pair of pairs) for (const socket of pair) reset(socket);
    return pairs.length;
  }

  /** As when a firewall forgets: on what is connected, now or until `speak`, nothing comes any more, not even an end. */
  silence(): void {
    this.#isSilent = true;
    for (const [client, server] of this.#pairs) {
      client.unpipe(server).pause();
      server.unpipe(client).pause();
      this.#silenced.add(client).add(server);
    }
    this.#pairs.clear();
  }

  /** For new connections: those that were silenced stay so. */
  speak(): void {
    this.#isSilent = false;
  }

  /** May be called again. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.server, 'close');
  }

  async #take(client: Socket): Promise<void> {
    this.#keep(client);
    if (this.#isSilent) {
      this.#silenced.add(client);
      return;
    }
    const server = await this.way();
    if (!server || client.destroyed) {
      server?.destroy();
      client.destroy();
      return;
    }
    this.#keep(server);
    this.#pairs.set(client, server);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.pipe(to);
      from.once('close', (failed) => {
        this.#pairs.delete(client);
        // Of one that was silenced the other end is not told.
        if (this.#silenced.has(from)) return;
        if (failed) reset(to);
        else to.destroySoon();
      });
    }
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

function reset(socket: Socket): void {
  // A unix socket has no reset.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** @returns the connection, once it is there; undefined when it is refused */
export async function connected(
  target: string | { readonly host?: string; readonly port: number },
): Promise<Socket | undefined> {
  const socket =
    typeof target === 'string' ? connect(target) : connect({ host: '127.0.0.1', ...target, noDelay: true });
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    return undefined;
  }
}

/** To one unix socket. */
export function relayTo(path: string): Promise<Relay> {
  return Relay.start(() => connected(path));
}
