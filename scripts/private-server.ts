import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The built server, beside this built file. */
const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const START_MS = 60_000;

/** Tokens of the callers that a first start on the embedded database makes. */
export interface EvaluationTokens {
  readonly admin: string;
  readonly keyAdmin: string;
  readonly app: string;
  readonly auditor: string;
}

export interface PrivateServerOptions {
  /** Settings over the defaults, such as KEYSTEAD_DATABASE_URL. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Node's own options, such as --cpu-prof. */
  readonly nodeOptions?: readonly string[];
  /** Another program than the server's own. */
  readonly program?: string;
}

/** A Keystead of one's own: a process on a free loopback port, with its data in a new directory that goes with it. */
export class PrivateServer {
  #output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly dataDir: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-20_000)));
    }
  }

  /** @throws Error with what the server printed, if it does not come up */
  static async start({
    settings = {},
    nodeOptions = [],
    program = MAIN,
  }: PrivateServerOptions = {}): Promise<PrivateServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'keystead-private-'));
    const port = await freePort();
    const env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYSTEAD_'))),
      KEYSTEAD_PORT: String(port),
      KEYSTEAD_DATA_DIR: dataDir,
      KEYSTEAD_LOG_LEVEL: 'warn',
      ...settings,
    };
    const child = spawn(process.execPath, [...nodeOptions, program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new PrivateServer(child, `http://127.0.0.1:${port}`, dataDir);
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server.remove();
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async tokens(): Promise<EvaluationTokens> {
    const text = await readFile(join(this.dataDir, 'tokens.env'), 'utf8');
    const read = (name: string) => new RegExp(`^export KEYSTEAD_${name}_TOKEN='(.*)'$`, 'm').exec(text)?.[1] ?? '';
    return { admin: read('ADMIN'), keyAdmin: read('KEY_ADMIN'), app: read('APP'), auditor: read('AUDITOR') };
  }

  /** Stops it and removes its data. May be called again. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** @returns the exit code */
  async stop(): Promise<number | null> {
    if (this.#runs()) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exit;
    }
    return this.child.exitCode;
  }

  async #ready(): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (!(await fetch(`${this.url}/health/ready`).catch(() => undefined))?.ok) {
      if (!this.#runs()) throw new Error(`the server ended with ${this.child.exitCode}:\n${this.#output}`);
      if (performance.now() > deadline) throw new Error(`the server did not become ready:\n${this.#output}`);
      await sleep(20);
    }
  }

  #runs(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
