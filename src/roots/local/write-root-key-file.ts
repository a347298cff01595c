import { randomBytes } from 'node:crypto';
import { link, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileFailure, systemCode } from './file-failure.js';
import { removeIfThere } from './remove-if-there.js';

/** Between a file's name and what makes a draft of it unique. */
export const NEW = '.new-';

/**
 * Makes the file, mode 0600; an existing one is never overwritten. Durable when it resolves.
 * @throws KmsError conflict if it exists, root-unavailable if it cannot be written
 */
export async function createFile(path: string, text: Buffer): Promise<void> {
  const draft = await writeDraft(path, text);
  try {
    await link(draft, path);
  } catch (error) {
    throw fileFailure(systemCode(error) === 'EEXIST' ? 'conflict' : 'root-unavailable', path, error);
  } finally {
    await unlink(draft);
  }
  await syncDirectory(path);
}

/**
 * Replaces the file at once and durably: whoever reads it, also after a crash or a power cut at any moment, sees
 * the old content or the new one, whole.
 * @throws KmsError root-unavailable; the old file is then untouched
 */
export async function replaceFile(path: string, text: Buffer): Promise<void> {
  const draft = await writeDraft(path, text);
  try {
    await rename(draft, path);
  } catch (error) {
    await unlink(draft);
    throw fileFailure('root-unavailable', path, error);
  }
  await syncDirectory(path);
}

/** Removes drafts that a crash left behind: they may hold key material. Only for the holder of the rotation lock. */
export async function removeDrafts(path: string): Promise<void> {
  const directory = dirname(path);
  for (const name of await readdir(directory)) {
    if (name.startsWith(basename(path) + NEW)) await removeIfThere(join(directory, name));
  }
}

async function writeDraft(path: string, text: Buffer): Promise<string> {
  const draft = `${path}${NEW}${randomBytes(8).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw fileFailure('root-unavailable', path, error);
  }
  return draft;
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(dirname(path), 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
