import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAccount } from './server-account.js';
import { writeFor } from './write-for.js';

/** What PostgreSQL writes into postmaster.pid (src/include/utils/pidfile.h): a claim, never proof that it runs. */
export interface PostmasterPid {
  readonly pid: number;
  /** Line 8, for instance `starting`, `ready`, `stopping`; empty until the server has written it. */
  readonly status: string;
}

export async function readPostmasterPid(pgdata: string): Promise<PostmasterPid | undefined> {
  const text = await readText(pgdata);
  const lines = text?.split('\n') ?? [];
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isSafeInteger(pid) || pid === 0) return undefined;
  return { pid, status: (lines[7] ?? '').trim() };
}

/**
 * Keeps the next server from being stopped by a claim that was found to be false: PostgreSQL refuses to start while any
 * process of its user has the pid of the file, but passes over its own parent's, which is what is written here. The
 * other lines stay, for PostgreSQL's own check that no process still uses the old shared memory. An empty file was left
 * before its server had shared memory, and is removed.
 */
export async function disownPostmasterPid(pgdata: string, account: ServerAccount | undefined): Promise<void> {
  const text = await readText(pgdata);
  if (text === undefined) return;
  const path = join(pgdata, 'postmaster.pid');
  if (text.trim() === '') return rm(path, { force: true });
  await writeFor(account, path, [String(process.pid), ...text.split('\n').slice(1)].join('\n'));
}

async function readText(pgdata: string): Promise<string | undefined> {
  return readFile(join(pgdata, 'postmaster.pid'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
