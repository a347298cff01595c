import type { DataSource } from 'typeorm';
import { cosignaturesOn } from '../../audit/verifier/cosignatures-on.js';
import { NotVerified } from '../../audit/verifier/not-verified.js';
import { openCheckpoint } from '../../audit/verifier/open-checkpoint.js';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import type { WitnessPolicy } from '../../audit/verifier/witness-policy.js';

const NEWEST = `select c.note || string_agg(s.line, '' order by s.cosigner) as note
  from audit_cosignature s join audit_checkpoint c using (size)
  where s.size in (select distinct size from audit_cosignature order by size desc limit 100)
  group by c.size, c.note order by c.size desc`;

/**
 * The newest checkpoint whose cosignatures are enough for the policy, with them.
 * @returns undefined: among the newest there is none
 */
export async function readCosigned(
  database: DataSource,
  log: VerifierKey,
  policy: WitnessPolicy,
): Promise<string | undefined> {
  const rows = await database.query<{ note: string }[]>(NEWEST);
  return rows.find(({ note }) => isEnough(note, log, policy))?.note;
}

function isEnough(note: string, log: VerifierKey, policy: WitnessPolicy): boolean {
  const keys = policy.witnesses.map(({ key }) => key);
  try {
    openCheckpoint(note, log);
    const cosigners = cosignaturesOn(note, keys).map(({ cosigner }) => cosigner);
    return cosigners.length > 0 && policy.isMetBy(cosigners);
  } catch (error) {
    // Of an earlier epoch, or changed: it proves nothing to anybody.
    if (error instanceof NotVerified) return false;
    throw error;
  }
}
