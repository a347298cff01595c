import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { EmbeddedPostgresOptions } from '../../src/storage/embedded/start-embedded-postgres.js';

/** One line of embedded-process.ts. */
export type ProcessEvent = { readonly kind: string } & Readonly<Record<string, unknown>>;

export interface EmbeddedProcess {
  readonly child: ChildProcess;
  /** All events so far. */
  readonly events: readonly ProcessEvent[];
  /** Waits for the next event of this kind that was not waited for yet; fails when the process ends without one. */
  next(kind: string): Promise<ProcessEvent>;
  /** Waits for the end; the exit code, or the signal's name. */
  ended(): Promise<number | string>;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/** Runs an embedded PostgreSQL in a Node process of its own, as another user if one is given. */
export function startEmbeddedProcess(
  options: Pick<EmbeddedPostgresOptions, 'dataDir' | 'settings' | 'packageRoot' | 'binariesHome'>,
  account: { uid?: number; gid?: number } = {},
): EmbeddedProcess {
  const args = ['--import', `${here}typescript-loader.js`, `${here}embedded-process.ts`, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { ...account, cwd: here, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 0));
  });
  const events: ProcessEvent[] = [];
  const taken = new Set<ProcessEvent>();
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    const event: ProcessEvent = JSON.parse(line);
    events.push(event);
  });
  const next = async (kind: string): Promise<ProcessEvent> => {
    for (;;) {
      const found = events.find((event) => event.kind === kind && !taken.has(event));
      if (found !== undefined) {
        taken.add(found);
        return found;
      }
      const more = await Promise.race([once(lines, 'line').then(() => true), once(lines, 'close').then(() => false)]);
      if (!more && !events.some((event) => event.kind === kind && !taken.has(event))) {
        throw new Error(`The process ended without "${kind}", after ${JSON.stringify(events)}`);
      }
    }
  };
  return { child, events, next, ended: () => ended };
}
