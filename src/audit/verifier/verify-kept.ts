import type { KeptProof } from './evidence.js';
import { NotVerified } from './not-verified.js';
import { openCheckpoint, type Checkpoint } from './open-checkpoint.js';
import type { VerifierKey } from './open-note.js';
import { isConsistent } from './verify-proof.js';

/**
 * That the log of a checkpoint goes on from one that was kept.
 * @returns the one that was kept
 * @throws NotVerified
 */
export function verifyKept({ checkpoint, consistency }: KeptProof, now: Checkpoint, signer: VerifierKey): Checkpoint {
  if (typeof checkpoint !== 'string' || !Array.isArray(consistency)) {
    throw new NotVerified('a checkpoint that was kept is there without its note or its proof: it was changed');
  }
  const kept = openCheckpoint(checkpoint, signer);
  const proof = consistency.map((hash) => Buffer.from(String(hash), 'base64'));
  if (isConsistent(kept, now, proof)) return kept;
  throw new NotVerified(
    `the log of ${now.size} records does not go on from the checkpoint over ${kept.size} that was kept: history was replaced, or an older state was put back`,
  );
}

/** Each of these must be among those that were proven. @throws NotVerified */
export function mustBeAmong(asked: readonly Checkpoint[], proven: readonly Checkpoint[]): void {
  for (const { size, root } of asked) {
    const ofSize = proven.filter((one) => one.size === size);
    if (ofSize.some((one) => one.root.equals(root))) continue;
    const why = ofSize.length > 0 ? 'is of another tree' : 'is not in the archive: make it with --kept';
    throw new NotVerified(`the checkpoint over ${size} records that was kept ${why}`);
  }
}
