import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real receiver of webhooks on this machine, which answers as it is told. */
export class Receiver {
  readonly received: Received[] = [];
  readonly hanging: ServerResponse[] = [];
  /** A status, with where it redirects to; `hang`: never. */
  answer: number | 'hang' | { readonly status: number; readonly location: string } = 204;

  private constructor(
    private readonly server: Server,
    private readonly scheme: 'http' | 'https',
  ) {}

  /** @param tls PEM; default: plain HTTP */
  static async start(tls?: { readonly key: string; readonly cert: string }): Promise<Receiver> {
    const take: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        receiver.received.push({ path: request.url ?? '', headers: request.headers, body });
        receiver.#respond(response);
      });
    };
    const server = tls ? createTlsServer(tls, take) : createServer(take);
    const receiver = new Receiver(server, tls ? 'https' : 'http');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}/hook`;
  }

  get types(): string[] {
    return this.received.map(({ body }) => String(JSON.parse(body).type));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #respond(response: ServerResponse): void {
    if (this.answer === 'hang') {
      this.hanging.push(response);
      return;
    }
    const { status, location } = typeof this.answer === 'number' ? { status: this.answer, location: '' } : this.answer;
    response.writeHead(status, location === '' ? {} : { location });
    response.end('an answer that nobody keeps');
  }
}
