import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { KmsError } from '../../errors.js';
import { pgdataArgument, type ClusterLayout } from './cluster-layout.js';
import { endProcess } from './end-process.js';
import { programPath } from './locate-binaries.js';
import { LogLines } from './log-lines.js';
import { readPostmasterPid } from './postmaster-pid.js';
import { SERVER_ENVIRONMENT } from './run-as.js';

/** Crash recovery replays at most the WAL since the last checkpoint; longer than this is no recovery. */
const START_PATIENCE = 300_000;

export interface Postmaster {
  readonly pid: number;
  readonly alive: boolean;
  /** Resolves when the process has ended, with its exit code or signal as words. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL in a session and process group of its own, so that a terminal's Ctrl-C does not reach it, and waits
 * until it accepts connections.
 *
 * @param root      the binaries' directory
 * @param settings  the server's arguments after -D
 * @throws KmsError database-unavailable when it ends or does not become ready, with the last lines of its log
 */
export async function launchPostmaster(
  root: string,
  layout: ClusterLayout,
  settings: readonly string[],
  onLog: (line: string) => void,
): Promise<Postmaster> {
  const program = programPath(root, 'postgres');
  const child = spawn(program, ['-D', pgdataArgument(layout), ...settings], {
    ...layout.account,
    cwd: layout.pgdata,
    env: SERVER_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const log = new LogLines(child.stderr, onLog);
  let end: string | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve((end = error.message)));
    child.once('exit', (code, signal) => resolve((end = signal ? `ended by ${signal}` : `ended with code ${code}`)));
  });
  const pid = child.pid ?? 0;
  const stop = async () => {
    if (pid !== 0) await endProcess(pid, () => Promise.resolve(end === undefined));
  };

  const deadline = performance.now() + START_PATIENCE;
  while (!(await isReady(layout.pgdata, pid))) {
    if (end === undefined && performance.now() < deadline) await Promise.race([sleep(5), ended]);
    else {
      await stop();
      const reason = end ?? 'it was not ready in time';
      throw new KmsError(
        'database-unavailable',
        `The embedded PostgreSQL did not start: ${reason}. ${log.last()}`.trim(),
      );
    }
  }
  return {
    pid,
    get alive() {
      return end === undefined;
    },
    ended,
    stop,
  };
}

async function isReady(pgdata: string, pid: number): Promise<boolean> {
  const file = await readPostmasterPid(pgdata).catch(() => undefined);
  return file !== undefined && file.pid === pid && file.status === 'ready';
}
