import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { NotVerified } from '../audit/verifier/not-verified.js';
import { openCheckpoint, type Checkpoint } from '../audit/verifier/open-checkpoint.js';
import type { VerifierKey } from '../audit/verifier/open-note.js';
import { splitNotes } from '../audit/verifier/split-notes.js';

/**
 * The checkpoints in a file, one after another.
 * @throws NotVerified for a file without any, and for one that the key has not signed
 */
export function readCheckpoints(path: string, signer: VerifierKey): Checkpoint[] {
  return readKeptNotes(path, signer).map(({ checkpoint }) => checkpoint);
}

/** The same, with the notes. */
export function readKeptNotes(
  path: string,
  signer: VerifierKey,
): readonly { readonly note: string; readonly checkpoint: Checkpoint }[] {
  const notes = splitNotes(readFileSync(path, 'utf8'));
  if (notes.length === 0) throw new NotVerified(`${path} holds no checkpoint`);
  return notes.map((note) => {
    try {
      return { note, checkpoint: openCheckpoint(note, signer) };
    } catch (error) {
      throw new NotVerified(`${path}: ${(error as Error).message}`);
    }
  });
}

/** A file of the auditor's own, to which each checkpoint is added that was verified. */
export class CheckpointKeeper {
  constructor(private readonly path: string) {}

  read(signer: VerifierKey): Checkpoint[] {
    return existsSync(this.path) ? readCheckpoints(this.path, signer) : [];
  }

  async keep(note: string): Promise<void> {
    await appendFile(this.path, `${note}\n`);
  }
}
