import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TransitKeys, TransitRefusal } from './transit-keys.js';
import { TransitTokens, type TokenOptions } from './transit-tokens.js';

interface Call {
  readonly method: string;
  /** Without /v1/. */
  readonly path: string;
  readonly token: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly data?: Record<string, unknown>;
  readonly auth?: Record<string, unknown>;
}

export interface TransitServerOptions {
  readonly mount?: string;
  /** Requests without this X-Vault-Namespace find no such route. */
  readonly namespace?: string;
  readonly appRole?: { readonly roleId: string; readonly secretId: string; readonly token: TokenOptions };
  /** PEM; makes it an HTTPS server. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/**
 * A stand-in for the part of Vault and OpenBao that a root key uses, with their paths, status codes and error texts:
 * tokens, AppRole login, the Transit engine, health, sealing. It really encrypts. `requests` emits
 * `headers` when a request comes and `request` with `METHOD path` when it was answered.
 */
export class TransitServer {
  readonly keys = new TransitKeys();
  readonly tokens = new TransitTokens();
  readonly requests = new EventEmitter();
  sealed = false;
  /** Older servers answer a rotation by 204, newer ones by the key. */
  rotateAnswers: 'key' | 'nothing' = 'key';
  /** Stands in front of everything, as a broken server or a proxy would. */
  intercept: RequestListener | undefined;
  readonly #options: TransitServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async start(options: TransitServerOptions = {}): Promise<TransitServer> {
    const server = new TransitServer(options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor(options: TransitServerOptions) {
    this.#options = options;
    const listener: RequestListener = (request, response) => void this.#serve(request, response);
    this.#server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    const address = this.#server.address();
    return isBound(address) ? address.port : 0;
  }

  /** The URI of a root key on this server. */
  uriOf(keyName: string): string {
    return `vault+${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.port}/${this.#options.mount ?? 'transit'}/${keyName}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname.replace(/^\/v1\//, '');
    const method = request.method ?? 'GET';
    this.requests.emit('headers', request.headers);
    try {
      if (this.intercept) {
        this.intercept(request, response);
      } else {
        const body = await readJson(request);
        if (path === 'sys/health') {
          send(response, this.sealed ? 503 : 200, { initialized: true, sealed: this.sealed, standby: false });
        } else {
          const answer = this.#answer(
            { method, path, token: String(request.headers['x-vault-token'] ?? ''), body },
            request,
          );
          send(response, answer ? 200 : 204, answer && envelope(answer));
        }
      }
    } catch (error) {
      const refusal = error instanceof TransitRefusal ? error : new TransitRefusal(500, ['internal error']);
      send(response, refusal.status, { errors: refusal.errors });
    }
    this.requests.emit('request', `${method} ${path}`);
  }

  #answer(call: Call, request: IncomingMessage): Answer | undefined {
    if (this.sealed) throw new TransitRefusal(503, ['Vault is sealed']);
    const namespace = this.#options.namespace;
    if (namespace !== undefined && request.headers['x-vault-namespace'] !== namespace) throw noRoute(call.path);
    if (call.path === 'auth/approle/login') return this.#logIn(call);
    this.tokens.mustAllow(call.token, call.path);
    switch (`${call.method} ${call.path}`) {
      case 'GET auth/token/lookup-self':
        return { data: this.tokens.lookUp(call.token) };
      case 'POST auth/token/renew-self':
        this.tokens.renew(call.token);
        return { auth: this.tokens.authOf(call.token) };
      case 'POST auth/token/revoke-self':
        this.tokens.revoke(call.token);
        return undefined;
      default:
        return this.#transit(call);
    }
  }

  #logIn({ body }: Call): Answer {
    const role = this.#options.appRole;
    if (!role) throw noRoute('auth/approle/login');
    if (body['role_id'] !== role.roleId || body['secret_id'] !== role.secretId) {
      throw new TransitRefusal(400, ['invalid role or secret ID']);
    }
    return { auth: this.tokens.authOf(this.tokens.issue(role.token)) };
  }

  #transit({ method, path, body }: Call): Answer | undefined {
    const mount = `${this.#options.mount ?? 'transit'}/`;
    if (!path.startsWith(mount)) throw noRoute(path);
    const [verb, name = '', action = ''] = path.slice(mount.length).split('/');
    switch (`${method} ${verb} ${action}`.trim()) {
      case 'GET keys': {
        const data = this.keys.describe(name);
        if (!data) throw new TransitRefusal(404, []);
        return { data };
      }
      case 'POST keys':
        this.keys.create(name, body);
        return { data: this.keys.describe(name) ?? {} };
      case 'POST keys rotate':
        this.keys.rotate(name);
        return this.rotateAnswers === 'key' ? { data: this.keys.describe(name) ?? {} } : undefined;
      case 'POST keys config':
        this.keys.configure(name, Number(body['min_decryption_version']));
        return { data: this.keys.describe(name) ?? {} };
      case 'POST encrypt':
        // As the real one does under the "create" capability: an unknown key is made.
        this.keys.create(name);
        return { data: this.keys.encrypt(name, body['plaintext']) };
      case 'POST decrypt':
        return { data: this.keys.decrypt(name, body['ciphertext']) };
      default:
        throw new TransitRefusal(405, ['1 error occurred:\n\t* unsupported operation\n\n']);
    }
  }
}

function isBound(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function noRoute(path: string): TransitRefusal {
  return new TransitRefusal(404, [`no handler for route "${path}". route entry not found.`]);
}

function envelope(answer: Answer): object {
  return {
    request_id: randomUUID(),
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: null,
    wrap_info: null,
    warnings: null,
    auth: null,
    ...answer,
  };
}

function send(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(body && JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
}
