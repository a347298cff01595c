import { execFile } from 'node:child_process';
import { chown, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from '../cluster.js';

const run = promisify(execFile);
const SIZE = '64m';
/** Where the audit records go, and what is made of them. */
const TABLES = ['audit_batch', 'audit_bundle', 'audit_tile', 'audit_record'];

/** A file system of its own for the tables of the audit log, so small that it can be filled. */
export class SmallDisk {
  private constructor(private readonly path: string) {}

  /** Moves the log's tables there. @returns why it cannot be had on this machine, where it cannot */
  static async mount(cluster: Cluster): Promise<SmallDisk | string> {
    const path = join(cluster.directory, 'postgres', 'small-disk');
    await mkdir(path);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'tmpfs', path]);
    } catch (error) {
      await rm(path, { recursive: true });
      return `a tmpfs cannot be mounted here (${String((error as { readonly stderr?: unknown }).stderr ?? error).trim()})`;
    }
    const disk = new SmallDisk(path);
    try {
      // PostgreSQL runs as another user than root.
      const { uid, gid } = await stat(join(cluster.directory, 'postgres', 'data'));
      await chown(path, uid, gid);
      await cluster.sql(`create tablespace small_disk location '${path}'`);
      for (const table of TABLES) await cluster.sql(`alter table ${table} set tablespace small_disk`);
      return disk;
    } catch (error) {
      await disk.unmount();
      throw error;
    }
  }

  /** To the last byte. */
  async fill(): Promise<void> {
    const { bavail, bsize } = await statfs(this.path);
    await writeFile(this.#filler, Buffer.alloc(bavail * bsize)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
    });
  }

  async free(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  /** Once nobody uses it. */
  async unmount(): Promise<void> {
    await run('umount', ['--lazy', this.path]);
  }

  get #filler(): string {
    return join(this.path, 'filler');
  }
}
