import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { KmsError } from '../../errors.js';
import { fileFailure } from './file-failure.js';
import { parseRootKeyFile, type RootKeyFile } from './root-key-file.js';
import { openSealedFile, type FileSeal } from './sealed-file.js';

const MAX_BYTES = 1024n * 1024n;

/** A file as it was read; `stamp` changes whenever the file is replaced, written or given other permissions. */
export interface ReadRootKeyFile {
  readonly file: RootKeyFile;
  readonly stamp: string;
}

/**
 * Reads and checks the root key file. Whoever else can read it has every key of the installation, so a file that others
 * may read or own is refused rather than used.
 * @param seal for a file that is sealed
 * @throws KmsError invalid-setting (missing, unreadable, others' access), wrong-root-key (not a root key file, damaged)
 */
export async function readRootKeyFile(path: string, seal?: FileSeal): Promise<ReadRootKeyFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw fileFailure('invalid-setting', path, error);
  }
  try {
    const stats = await handle.stat({ bigint: true });
    mustBePrivate(stats, path);
    const content = await handle.readFile();
    const text = seal ? openSealedFile(seal, content, path) : content;
    try {
      return { file: parseRootKeyFile(text, path), stamp: stampOf(stats) };
    } finally {
      text.fill(0);
    }
  } finally {
    await handle.close();
  }
}

/** @throws KmsError root-unavailable if the file is gone or its directory cannot be read */
export async function stampRootKeyFile(path: string): Promise<string> {
  try {
    return stampOf(await stat(path, { bigint: true }));
  } catch (error) {
    throw fileFailure('root-unavailable', path, error);
  }
}

function stampOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.ctimeNs}:${stats.size}`;
}

function mustBePrivate(stats: BigIntStats, path: string): void {
  const refuse = (reason: string): never => {
    throw new KmsError('invalid-setting', `The root key file ${path} ${reason}`);
  };
  const me = process.geteuid?.();
  if (!stats.isFile()) refuse('is not a regular file');
  if (stats.size > MAX_BYTES) refuse('is far too large to be a root key file. Check the path');
  if (me !== undefined && stats.uid !== BigInt(me)) {
    refuse(`belongs to user ${stats.uid}, but the service runs as user ${me}. Run as its owner, or chown it`);
  }
  if (me !== undefined && (stats.mode & 0o077n) !== 0n) {
    const mode = (stats.mode & 0o777n).toString(8).padStart(4, '0');
    refuse(`has mode ${mode}, so that others may use it. If nobody did, run: chmod 600 ${path}`);
  }
}
