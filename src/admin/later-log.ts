import { NotVerified } from '../audit/verifier/not-verified.js';
import type { LogSource } from '../audit/verifier/log-source.js';
import type { Checkpoint } from '../audit/verifier/open-checkpoint.js';
import { readVerifierKey, type VerifierKey } from '../audit/verifier/open-note.js';
import type { TreeHead } from '../audit/verifier/verify-proof.js';
import { verifyLog } from '../audit/verifier/verify-log.js';
import { KmsError } from '../errors.js';
import { laterRecord, type LaterRecord } from '../operations/backup/later-records.js';

/** An export of the whole log, and what is known of it from elsewhere. */
export interface LaterLog {
  readonly source: LogSource;
  /** Those that were kept; the key must have signed them. @throws NotVerified */
  checkpoints(signer: VerifierKey): readonly Checkpoint[];
  /** undefined: the key is the one in the backup. */
  readonly verifierKey: string | undefined;
  /** Its end is lost: what was signed here last goes further. */
  readonly endsEarly?: boolean;
}

/** What came after a backup. */
export interface LaterChanges {
  readonly signer: VerifierKey;
  /** The newest checkpoint that vouches for them. */
  readonly head: TreeHead;
  readonly records: readonly LaterRecord[];
  /** How many came behind them: nobody knows what they changed. */
  readonly lostRecords: number;
}

/**
 * The changes of state behind a backup, in the order of the log.
 * @param backup the log as the backup has it: the export must begin with it
 * @param signed what this node signed last, if this key did
 * @throws NotVerified, KmsError invalid-request where nobody vouches for the end of the export
 */
export async function laterChanges(
  log: LaterLog,
  backup: TreeHead & { readonly verifierKey: string },
  signed: (signer: VerifierKey) => readonly Checkpoint[],
): Promise<LaterChanges> {
  const signer = readVerifierKey(log.verifierKey ?? backup.verifierKey);
  const own = { origin: signer.name, size: backup.size, root: backup.root };
  const given = [own, ...log.checkpoints(signer)];
  const all = [...given, ...signed(signer)];
  const head = newestOf(log.endsEarly ? given : all);
  const lostRecords = newestOf(all).size - head.size;
  await verifyLog(
    log.source,
    all.filter(({ size }) => size <= head.size),
  ).catch((error: unknown) => {
    if (!(error instanceof NotVerified) || newestOf(given).size === head.size) throw error;
    throw new NotVerified(
      `${error.message} Export the log anew; where its end is lost for good, restore without it: --log-ends-early`,
    );
  });
  const from = Math.max(backup.size, log.source.minimumIndex ?? 0);
  if (from > backup.size) {
    throw new KmsError(
      'invalid-request',
      `the log has no records ${backup.size} to ${from - 1}: what they changed cannot be done again`,
    );
  }
  const records: LaterRecord[] = [];
  let index = from;
  for await (const entry of log.source.entries(from, Infinity)) {
    if (index >= head.size) throw unvouched(head.size);
    const record = laterRecord(entry, index++);
    if (record) records.push(record);
  }
  return { signer, head, records, lostRecords };
}

function newestOf(checkpoints: readonly Checkpoint[]): TreeHead {
  return checkpoints.reduce((newest, one) => (one.size > newest.size ? one : newest));
}

function unvouched(size: number): KmsError {
  return new KmsError(
    'invalid-request',
    `the log goes on behind record ${size - 1}, and no checkpoint vouches for that: give the checkpoint that was exported with it (--kept)`,
  );
}
