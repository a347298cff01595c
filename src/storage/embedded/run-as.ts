import { spawn } from 'node:child_process';
import type { ServerAccount } from './server-account.js';

/**
 * The whole environment of PostgreSQL and its tools. Nothing of Keystead's own is handed on: other processes of the
 * same user could read a token or a URL there.
 */
export const SERVER_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export interface RunResult {
  /** The exit code; null when a signal ended it or it could not be started. */
  readonly code: number | null;
  /** Standard output and error together, or why the program could not be started. */
  readonly output: string;
}

/** Runs a program to its end as `account` (undefined: as ourselves); a program that cannot be started is a result too. */
export function runAs(
  account: ServerAccount | undefined,
  file: string,
  args: readonly string[],
  cwd = '/',
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...account,
      cwd,
      env: SERVER_ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output: output.trim() }));
  });
}

/** Whether `account` may step into `directory`, all its parents included, as the kernel (ACLs too) sees it. */
export async function mayReach(account: ServerAccount | undefined, directory: string): Promise<boolean> {
  return (await runAs(account, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory])).code === 0;
}
