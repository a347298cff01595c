import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { programPath } from './locate-binaries.js';

const PROGRAM = programPath('/', 'postgres');

/** What a process id stands for, seen from one cluster. */
export type ProcessIdentity =
  | { readonly kind: 'ours'; readonly program: string }
  | { readonly kind: 'foreign-postgres'; readonly program: string }
  | { readonly kind: 'unrelated' };

/**
 * Says whether a process is a PostgreSQL server of this PGDATA, and whether its program is one of ours: one that lies as
 * in the npm package, of this install, of an earlier one or a copy. A process that is gone, that is something else or
 * that we may not look at is unrelated.
 */
export async function identifyProcess(pid: number, pgdata: string): Promise<ProcessIdentity> {
  const program = process.platform === 'linux' ? await serverOnLinux(pid, pgdata) : await serverByPs(pid, pgdata);
  if (program === undefined) return { kind: 'unrelated' };
  return { kind: program.endsWith(PROGRAM) ? 'ours' : 'foreign-postgres', program };
}

/** A PostgreSQL server's working directory is its PGDATA; its program may have been replaced by a newer install. */
async function serverOnLinux(pid: number, pgdata: string): Promise<string | undefined> {
  try {
    const program = (await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
    const directory = await readlink(`/proc/${pid}/cwd`);
    return basename(program) === 'postgres' && directory === pgdata ? program : undefined;
  } catch {
    return undefined;
  }
}

/** Without /proc: the command line, which names the program first and PGDATA after -D. */
async function serverByPs(pid: number, pgdata: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  const [program, rest] = stdout.trim().split(' -D ', 2);
  const ours = program !== undefined && basename(program) === 'postgres' && rest?.startsWith(`${pgdata} `);
  return ours === true ? program : undefined;
}
