import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeysteadClient } from '../../src/client/client.js';
import { freePort } from './free-port.js';
import { Planted } from './planted.js';

/** The server as this checkout builds it. */
export const MAIN = resolve('dist/src/main.js');

export interface ServerOptions {
  /** Kept over restarts when given; else a new one that `remove` deletes. */
  readonly dataDir?: string;
  /** An external database; undefined: the embedded one. */
  readonly databaseUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** PEM: the settings make it speak TLS, and this authority vouches for it. */
  readonly ca?: string;
  /** Another build's `main.js`. */
  readonly program?: string;
}

export interface Tokens {
  readonly admin: string;
  readonly keyAdmin: string;
  readonly app: string;
  readonly auditor: string;
}

/** The real server as a process of its own, as `npm start` runs it. */
export class Server {
  output = '';
  readonly planted = new Planted();

  private constructor(
    readonly process: ChildProcess,
    readonly url: string,
    readonly port: number,
    readonly dataDir: string,
    private readonly ca?: string,
  ) {}

  /** Waits until it is ready. @throws Error with its output when it ends instead */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = await Server.launch(options);
    await server.ready();
    return server;
  }

  /** Does not wait: for starts that must fail. */
  static async launch({
    dataDir,
    databaseUrl,
    env = {},
    port,
    ca,
    program = MAIN,
  }: ServerOptions = {}): Promise<Server> {
    if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build first`);
    const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'keystead-server-')));
    const at = port ?? (await freePort());
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYSTEAD_')));
    const settings = {
      KEYSTEAD_PORT: String(at),
      KEYSTEAD_DATA_DIR: directory,
      ...(databaseUrl === undefined ? {} : { KEYSTEAD_DATABASE_URL: databaseUrl }),
      ...env,
    };
    const child = spawn(process.execPath, [program], {
      env: { ...own, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const scheme = ca === undefined ? 'http' : 'https';
    const server = new Server(child, `${scheme}://127.0.0.1:${at}`, at, directory, ca);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (server.output += chunk.toString()));
    server.planted.addFrom(env);
    // What the end of its database still says comes later, or never.
    for (const end of ['exit', 'close']) child.once(end, () => server.planted.leave(server.output));
    return server;
  }

  async ready(): Promise<void> {
    for (;;) {
      const { exitCode, signalCode } = this.process;
      if (exitCode !== null || signalCode !== null)
        throw new Error(`the server ended with ${exitCode ?? signalCode}: ${this.output}`);
      if (await this.#isReady()) return;
      await sleep(25);
    }
  }

  async #isReady(): Promise<boolean> {
    if (this.ca === undefined) return (await fetch(`${this.url}/health/ready`).catch(() => undefined))?.ok ?? false;
    const client = new KeysteadClient({ url: this.url, ca: this.ca, retries: 0 });
    return client.health().then(
      ({ ready }) => ready,
      () => false,
    );
  }

  /** Tokens of the embedded default's first start. */
  async tokens(): Promise<Tokens> {
    const text = await readFile(join(this.dataDir, 'tokens.env'), 'utf8');
    const read = (name: string) => new RegExp(`^export ${name}='(.*)'$`, 'm').exec(text)?.[1] ?? '';
    for (const [, token = ''] of text.matchAll(/_TOKEN='(.*)'/g)) this.planted.add(token);
    return {
      admin: read('KEYSTEAD_ADMIN_TOKEN'),
      keyAdmin: read('KEYSTEAD_KEY_ADMIN_TOKEN'),
      app: read('KEYSTEAD_APP_TOKEN'),
      auditor: read('KEYSTEAD_AUDITOR_TOKEN'),
    };
  }

  /** @returns the exit code, or the signal's name */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    this.process.kill(signal);
    await once(this.process, 'exit');
    return this.process.exitCode ?? this.process.signalCode;
  }

  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    return this.process.exitCode;
  }

  async remove(): Promise<void> {
    await this.stop();
    // After a start that failed its PostgreSQL may still be on its way out.
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  }
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

/** One call of the HTTP API; `body` undefined: no body. */
export async function call(
  server: { readonly url: string; readonly planted?: Planted },
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> {
  const answer = await fetch(server.url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  for (const secrets of [{ token }, body, parsed]) server.planted?.addFrom(secrets);
  return { status: answer.status, headers: answer.headers, body: parsed };
}
