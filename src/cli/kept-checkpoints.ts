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

/** A checkpoint with the signed note that it is in. */
export interface KeptNote {
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** The same, with the notes. */
export function readKeptNotes(path: string, signer: VerifierKey): readonly KeptNote[] {
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

/** A file of the auditor's own, to which the newest checkpoints are added when all was verified. */
export class CheckpointKeeper {
  constructor(private readonly path: string) {}

  read(signer: VerifierKey): readonly KeptNote[] {
    return existsSync(this.path) ? readKeptNotes(this.path, signer) : [];
  }

  async keep(notes: readonly string[]): Promise<void> {
    await appendFile(this.path, notes.map((note) => `${note}\n`).join(''));
  }
}
