import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { until } from './until.js';

/** What a witness told of a request. */
export interface Submitted {
  readonly old: number;
  readonly size: number;
  readonly status: number;
}

export interface WitnessOptions {
  readonly name: string;
  /** 32 bytes in hex. */
  readonly seed: string;
  /** The log's. */
  readonly vkey: string;
  /** The file it persists to. */
  readonly state: string;
}

/** A witness as a process of its own. */
export class WitnessProcess {
  #submitted: Submitted[] = [];

  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    readonly verifierKey: string,
  ) {
    process.on('message', (told) => this.#submitted.push(told as Submitted));
  }

  static async start(options: WitnessOptions): Promise<WitnessProcess> {
    const child = fork(resolve('test/support/witness-process.js'));
    child.send(options);
    const [{ port, vkey }] = (await once(child, 'message')) as [{ readonly port: number; readonly vkey: string }];
    return new WitnessProcess(child, `http://127.0.0.1:${port}/w`, vkey);
  }

  /** What was submitted since it was last asked. @param count waits for so many */
  async submitted(count: number): Promise<Submitted[]> {
    await until(() => this.#submitted.length >= count);
    return this.#submitted.splice(0);
  }

  async stop(): Promise<void> {
    this.process.kill();
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
  }
}
