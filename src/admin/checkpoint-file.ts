import { readFile } from 'node:fs/promises';
import { KeptCheckpoint } from '../audit/log/kept-checkpoint.js';
import { replaceFile } from '../roots/local/write-root-key-file.js';

/** The newest checkpoint in a file beside the signer's: outside the database, so that a database put back is found out. */
export class CheckpointFile extends KeptCheckpoint {
  constructor(private readonly path: string) {
    super();
  }

  override async read(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  override async write(note: string): Promise<void> {
    await replaceFile(this.path, Buffer.from(note));
  }
}
