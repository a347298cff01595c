import { leafHash } from '../merkle-hash.js';
import { NotVerified } from './not-verified.js';
import { openCheckpoint, type Checkpoint } from './open-checkpoint.js';
import type { VerifierKey } from './open-note.js';
import { isIncluded } from './verify-proof.js';

const PROOF =
  /^c2sp\.org\/tlog-proof@v1\n(?:extra [A-Za-z0-9+/]*=*\n)?index (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/]{43}=\n){0,63})\n/;

/**
 * That the entry is in the log, by a proof as a file of its own: https://c2sp.org/tlog-proof
 * @returns where it is, and in which tree
 * @throws NotVerified
 */
export function verifyProofFile(
  proof: string,
  entry: Uint8Array,
  signer: VerifierKey,
): { readonly index: number; readonly checkpoint: Checkpoint } {
  const [head, number, hashes] = PROOF.exec(proof) ?? [];
  if (head === undefined || number === undefined || hashes === undefined)
    throw new NotVerified('this is no tlog-proof');
  const checkpoint = openCheckpoint(proof.slice(head.length), signer);
  const index = Number(number);
  const path = hashes
    .split('\n')
    .slice(0, -1)
    .map((hash) => Buffer.from(hash, 'base64'));
  if (!isIncluded(leafHash(entry), index, checkpoint.size, path, checkpoint.root)) {
    throw new NotVerified(`record ${index} is not what the log of ${checkpoint.size} records has there`);
  }
  return { index, checkpoint };
}
