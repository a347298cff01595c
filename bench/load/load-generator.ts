import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './job.js';

const PROGRAM = fileURLToPath(new URL('load-process.js', import.meta.url));

/** The load generator, in a process of its own. */
export class LoadGenerator {
  readonly #child: ChildProcess = fork(PROGRAM);

  /** @throws Error if a connection breaks */
  async run(job: LoadJob): Promise<LoadResult> {
    this.#child.send(job);
    const [message] = (await once(this.#child, 'message')) as [{ result?: LoadResult; error?: string }];
    if (!message.result) throw new Error(`the load generator failed: ${message.error}`);
    return message.result;
  }

  stop(): void {
    this.#child.kill();
  }
}
