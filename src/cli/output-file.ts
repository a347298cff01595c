import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isObject } from '../client/wire.js';
import { UsageError } from './usage-error.js';

export interface OutputFile {
  readonly path: string;
  /** Whether a file that is there already may be replaced. */
  readonly force: boolean;
  /** Permissions of the new file, before the umask. */
  readonly mode: number;
}

/** To be called before any work is done. @throws UsageError */
export function mustBeFree({ path, force }: Pick<OutputFile, 'path' | 'force'>): void {
  if (!force && existsSync(path)) throw taken(path);
}

/**
 * Writes under a temporary name beside the target and gives it its name only when everything is written and synced: there is never half a
 * file under the final name. What fails or is interrupted leaves nothing.
 * @throws UsageError if the file exists and `force` is not set, also when it appeared meanwhile
 */
export async function writeOutputFile(
  file: OutputFile,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const { path, mode } = file;
  mustBeFree(file);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  const handle = await open(temporary, 'wx', mode);
  try {
    await pipeline(content, handle.createWriteStream({ highWaterMark: 2 ** 20, flush: true }), { signal });
    await putInPlace(temporary, file);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** Gives a file that is whole its final name. @throws UsageError if that is taken */
export async function putInPlace(
  temporary: string,
  { path, force }: Pick<OutputFile, 'path' | 'force'>,
): Promise<void> {
  if (force) await rename(temporary, path);
  else await linkNew(temporary, path);
}

async function linkNew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (isObject(error) && error['code'] === 'EEXIST') throw taken(path);
    // a file system without hard links
    mustBeFree({ path, force: false });
    return rename(temporary, path);
  }
  await unlink(temporary);
}

function taken(path: string): UsageError {
  return new UsageError(`${path} exists already: give --force to replace it.`);
}
