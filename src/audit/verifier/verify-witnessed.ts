import { cosignaturesOn } from './cosignatures-on.js';
import { NotVerified } from './not-verified.js';
import { openCheckpoint, type Checkpoint } from './open-checkpoint.js';
import type { VerifierKey } from './open-note.js';
import type { WitnessPolicy } from './witness-policy.js';

/** The largest tree for which enough witnesses vouch. */
export interface Witnessed {
  readonly checkpoint: Checkpoint;
  /** Names of the witnesses, as the policy calls them. */
  readonly by: readonly string[];
}

/**
 * @param notes checkpoints
 * @throws NotVerified where the witnesses of none of them are enough, or where a cosignature is wrong
 */
export function verifyWitnessed(notes: readonly string[], signer: VerifierKey, policy: WitnessPolicy): Witnessed {
  const { logs, witnesses } = policy;
  if (logs.length > 0 && !logs.some(({ name, keyId }) => name === signer.name && keyId.equals(signer.keyId))) {
    throw new NotVerified(`the policy does not know the log ${signer.name}`);
  }
  const vouched = notes.flatMap((note) => {
    const cosigners = cosignaturesOn(
      note,
      witnesses.map(({ key }) => key),
    ).map(({ cosigner }) => cosigner);
    const by = witnesses.filter(({ key }) => cosigners.includes(key)).map(({ name }) => name);
    return policy.isMetBy(cosigners) ? [{ checkpoint: openCheckpoint(note, signer), by }] : [];
  });
  const [largest] = vouched.toSorted((a, b) => b.checkpoint.size - a.checkpoint.size);
  if (largest) return largest;
  throw new NotVerified(`no checkpoint has the cosignatures that the policy wants (${notes.length} looked at)`);
}
