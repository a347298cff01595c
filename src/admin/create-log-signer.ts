import { resolve } from 'node:path';
import { generateSeed, NoteKey } from '../audit/log/note-key.js';
import { uuidv7 } from '../keys/uuid.js';
import { createFile } from '../roots/local/write-root-key-file.js';

export interface CreatedLogSigner {
  readonly path: string;
  readonly origin: string;
  /** For the auditors. */
  readonly verifierKey: string;
}

/**
 * Makes the key of a new log in a file of mode 0600.
 * @throws KmsError conflict if the file exists, root-unavailable if it cannot be written
 */
export async function createLogSigner(path: string): Promise<CreatedLogSigner> {
  const seed = generateSeed();
  const { name: origin, verifierKey } = new NoteKey(`keystead/${uuidv7()}/audit/1`, seed);
  const text = `${JSON.stringify({ origin, seed: seed.toString('base64') }, undefined, 2)}\n`;
  await createFile(resolve(path), Buffer.from(text));
  return { path: resolve(path), origin, verifierKey };
}
