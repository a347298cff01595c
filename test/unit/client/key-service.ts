import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { KeysteadClient, type ClientOptions } from '../../../src/client/client.js';
import { encodeContext } from '../../../src/client/encryption-context.js';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A real HTTP server on a port of its own. */
export class TestServer {
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async start(handler: Handler): Promise<TestServer> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => handler(request, response, Buffer.concat(parts).toString('utf8')));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    return new TestServer(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, server);
  }

  client(options: Partial<ClientOptions> = {}): KeysteadClient {
    return new KeysteadClient({ url: this.url, token: 'kst_test', backoffMs: 1, ...options });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** Answers JSON, or an RFC 9457 problem document. */
export function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  answer(
    response,
    status,
    { type: 'about:blank', status, code, detail: `It was ${code}.`, requestId: 'req-1' },
    headers,
  );
}

interface Input {
  readonly ciphertext: string;
  readonly plaintext?: string;
  readonly context?: Record<string, string>;
  readonly newContext?: Record<string, string>;
}

/**
 * A key service that does just what envelope encryption needs: wraps data keys with AES-256-GCM under the keys `orders` and `archive`, and binds
 * the encryption context. Wrapped form: length of the key's name ‖ name ‖ nonce ‖ ciphertext ‖ tag.
 */
export class KeyService {
  readonly #keys = new Map([
    ['orders', randomBytes(32)],
    ['archive', randomBytes(32)],
  ]);
  requests = 0;

  readonly handle: Handler = (request, response, body) => {
    this.requests += 1;
    const [, key, verb = 'decrypt'] =
      /^\/api\/v1\/keyrings\/default\/(?:keys\/(\w+)\/([\w-]+)|decrypt)$/.exec(request.url ?? '') ?? [];
    const input: Input = JSON.parse(body);
    try {
      answer(response, 200, this.#answer(key ?? '', verb, input));
    } catch {
      problem(response, 400, 'invalid-ciphertext');
    }
  };

  #answer(key: string, verb: string, input: Input): object {
    const context = input.context ?? {};
    const use = { keyId: key, version: 1 };
    if (verb === 'decrypt') return { plaintext: this.#open(input.ciphertext, context).toString('base64'), ...use };
    if (verb === 'encrypt')
      return { ciphertext: this.#seal(key, Buffer.from(input.plaintext ?? '', 'base64'), context), ...use };
    if (verb === 're-encrypt')
      return {
        ciphertext: this.#seal(key, this.#open(input.ciphertext, context), input.newContext ?? context),
        ...use,
      };
    const dataKey = randomBytes(32);
    return { plaintext: dataKey.toString('base64'), ciphertext: this.#seal(key, dataKey, context), ...use };
  }

  #seal(key: string, plaintext: Buffer, context: Record<string, string>): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(key)!, nonce).setAAD(encodeContext(context));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    return Buffer.concat([Buffer.of(key.length), Buffer.from(key), nonce, sealed]).toString('base64');
  }

  #open(ciphertext: string, context: Record<string, string>): Buffer {
    const bytes = Buffer.from(ciphertext, 'base64');
    const at = 1 + bytes[0]!;
    const key = this.#keys.get(bytes.subarray(1, at).toString())!;
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(at, at + 12), { authTagLength: 16 });
    decipher.setAAD(encodeContext(context)).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(at + 12, -16)), decipher.final()]);
  }
}
