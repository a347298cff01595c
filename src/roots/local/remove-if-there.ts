import { unlink } from 'node:fs/promises';
import { systemCode } from './file-failure.js';

/** Removes the file, if nobody did so before. */
export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
  });
}
