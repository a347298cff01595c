import { setTimeout as sleep } from 'node:timers/promises';
import { Server, type ServerOptions } from '../support/server.js';

const PAUSE_MS = 100;
/** What the service ends with when its settings are wrong: to start it again would not help. */
const MISCONFIGURED = 78;

/** A node of several. When it is killed, or cannot start because the database is away, it is started again, at the same address on the same data. */
export class Node {
  #server: Server | undefined;
  #port: number | undefined;
  #up: Promise<void>;
  #gone: Promise<void> = Promise.resolve();
  #isAskedToEnd = false;
  #isRemoved = false;
  #printed = '';
  /** Ends of a serving node that nobody asked for. */
  readonly crashes: string[] = [];

  constructor(
    readonly name: string,
    private options: ServerOptions,
  ) {
    this.#up = this.#start();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What it printed, in all its runs. */
  get output(): string {
    return this.#printed + (this.#server?.output ?? '');
  }

  get isUp(): boolean {
    return this.#server !== undefined;
  }

  /** Waits while it is being started. */
  up(): Promise<void> {
    return this.#up;
  }

  /** At once, without any warning; waits until it is gone. */
  async kill(): Promise<void> {
    this.#isAskedToEnd = true;
    this.#server?.process.kill('SIGKILL');
    await this.#gone;
  }

  /** Told to stop, and started again with other settings or another program; waits until it serves. @returns what it ended with */
  async replace(changes: Partial<ServerOptions>): Promise<number | string | null | undefined> {
    await this.#up;
    const { env } = this.options;
    this.options = { ...this.options, ...changes, env: { ...env, ...changes.env } };
    this.#isAskedToEnd = true;
    const code = await this.#server?.stop();
    await this.#gone;
    await this.#up;
    return code;
  }

  /** It stands still, wherever it is, until `thaw`. */
  freeze(): void {
    this.#server?.process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#server?.process.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    this.#isRemoved = true;
    await this.#up.catch(() => undefined);
    this.thaw();
    await this.#server?.stop();
  }

  async #start(): Promise<void> {
    while (!this.#isRemoved) {
      const server = await Server.launch({ ...this.options, ...(this.#port !== undefined && { port: this.#port }) });
      try {
        await server.ready();
      } catch (error) {
        this.#printed += server.output;
        if (server.process.exitCode === MISCONFIGURED) throw error;
        await sleep(PAUSE_MS);
        continue;
      }
      this.#port = server.port;
      this.#server = server;
      this.#gone = server.ended().then(() => this.#ended(server));
      return;
    }
  }

  #ended(server: Server): void {
    this.#printed += server.output;
    this.#server = undefined;
    if (this.#isRemoved) return;
    if (!this.#isAskedToEnd) this.crashes.push(`${this.name} ended: ${server.output.slice(-2000)}`);
    this.#isAskedToEnd = false;
    this.#up = this.#start();
  }
}
