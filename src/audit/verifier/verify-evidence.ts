import { hash } from 'node:crypto';
import {
  EVIDENCE_FILES,
  type EvidenceManifest,
  type KeptProof,
  type ProvenRecord,
  type ReportedRecord,
} from './evidence.js';
import { evidenceReport } from './evidence-report.js';
import { NotVerified } from './not-verified.js';
import { openCheckpoint, type Checkpoint } from './open-checkpoint.js';
import type { VerifierKey } from './open-note.js';
import { mustBeAmong, verifyKept } from './verify-kept.js';
import { verifyProofFile } from './verify-proof-file.js';

export interface EvidenceVerdict {
  /** Id of the key. */
  readonly key: string;
  readonly records: number;
  readonly since: string | null;
  readonly until: string;
  readonly checkpoint: Checkpoint;
  /** Every checkpoint in it, as a signed note. */
  readonly notes: readonly string[];
  /** Checkpoints from before that the log goes on from. */
  readonly kept: number;
}

interface Statement {
  readonly operation: string;
  readonly outcome: string;
  readonly detail: { readonly evidence?: string; readonly manifestSha256?: string };
}

/**
 * That an archive holds what the log has of a key, all that was gathered and nothing else, and that its report says what is in it. Trusts
 * nothing but the checkpoint, and that by its signature.
 * @param asked checkpoints that the reader kept: the archive must prove that its log goes on from each
 * @throws NotVerified that names what was changed, left out or put in
 */
export function verifyEvidence(
  files: ReadonlyMap<string, Buffer>,
  signer: VerifierKey,
  asked: readonly Checkpoint[] = [],
): EvidenceVerdict {
  try {
    return verified(files, signer, asked);
  } catch (error) {
    if (error instanceof NotVerified) throw error;
    throw new NotVerified(`a file of the archive has not the form that it should have: it was changed`);
  }
}

function verified(
  files: ReadonlyMap<string, Buffer>,
  signer: VerifierKey,
  asked: readonly Checkpoint[],
): EvidenceVerdict {
  const names = Object.values(EVIDENCE_FILES);
  const strange = [...files.keys()].find((name) => !names.some((known) => known === name));
  if (strange !== undefined) throw new NotVerified(`${strange} is no part of an archive of evidence: it was put in`);
  const read = (name: keyof typeof EVIDENCE_FILES) => {
    const file = files.get(EVIDENCE_FILES[name]);
    if (!file) throw new NotVerified(`${EVIDENCE_FILES[name]} was left out of the archive`);
    return file;
  };
  const note = read('checkpoint').toString('utf8');
  const checkpoint = openCheckpoint(note, signer);
  const proofs = linesOf(read('kept')).map((line) => json(Buffer.from(line), EVIDENCE_FILES.kept) as KeptProof);
  const kept = proofs.map((proof) => verifyKept(proof, checkpoint, signer));
  mustBeAmong(asked, [...kept, checkpoint]);
  const statement = json(read('statement'), EVIDENCE_FILES.statement) as ProvenRecord;
  const said = proven(statement, note, signer) as unknown as Statement;
  const manifest = manifestOf(read('manifest'), statement.index, said);
  const records = recordsOf(read('records'), manifest, note, signer);
  if (!read('report').equals(Buffer.from(evidenceReport(manifest, records, statement.index, kept)))) {
    throw new NotVerified(`${EVIDENCE_FILES.report} does not say what the records say: it was changed`);
  }
  const { key, since, until } = manifest;
  const notes = [note, ...proofs.map((proof) => proof.checkpoint)];
  return { key: key.id, records: records.length, since, until, checkpoint, notes, kept: kept.length };
}

function manifestOf(file: Buffer, index: number, { operation, outcome, detail }: Statement): EvidenceManifest {
  if (operation !== 'audit.read' || outcome !== 'success' || detail.manifestSha256 === undefined) {
    throw new NotVerified(
      `record ${index} does not say what was gathered: ${EVIDENCE_FILES.statement} is another record`,
    );
  }
  if (hash('sha256', file, 'hex') !== detail.manifestSha256) {
    throw new NotVerified(`${EVIDENCE_FILES.manifest} is not what record ${index} says was gathered: it was changed`);
  }
  const manifest = json(file, EVIDENCE_FILES.manifest) as EvidenceManifest;
  if (manifest.v !== 1)
    throw new NotVerified(`evidence of format ${manifest.v} is not known here: take a newer keystead`);
  return manifest;
}

/** In the order of the manifest, each proven. */
function recordsOf(
  file: Buffer,
  { records: gathered, key, since, until }: EvidenceManifest,
  note: string,
  signer: VerifierKey,
): readonly ReportedRecord[] {
  const records: ReportedRecord[] = [];
  for (const line of linesOf(file)) {
    const due = gathered[records.length];
    const record = json(
      Buffer.from(line),
      due === undefined ? EVIDENCE_FILES.records : `record ${due}`,
    ) as ProvenRecord;
    if (record.index !== due) throw new NotVerified(misplaced(record.index, due, gathered));
    const fields = proven(record, note, signer);
    const source = (fields.detail as { readonly sourceKeyId?: string } | null)?.sourceKeyId;
    const isMeant = (since === null || fields.at >= since) && fields.at < until;
    if ((fields['key'] !== key.id && source !== key.id) || !isMeant) {
      throw new NotVerified(`record ${due} is not of key ${key.id} in that time`);
    }
    records.push({ ...fields, index: due });
  }
  const missing = gathered[records.length];
  if (missing !== undefined) throw new NotVerified(`record ${missing} was left out`);
  return records;
}

function linesOf(file: Buffer): readonly string[] {
  return file.toString('utf8').split('\n').slice(0, -1);
}

function misplaced(index: number, due: number | undefined, gathered: readonly number[]): string {
  if (due === undefined || !gathered.includes(index)) return `record ${index} was put in: it was not gathered`;
  return index > due ? `record ${due} was left out` : `record ${index} is there twice`;
}

type Fields = ReportedRecord & Readonly<Record<string, unknown>>;

/** The record, once it is proven to be in the tree of the archive's own checkpoint. */
function proven({ index, entry, proof }: ProvenRecord, note: string, signer: VerifierKey): Fields {
  if (typeof entry !== 'string' || typeof proof !== 'string') {
    throw new NotVerified(`record ${index} is there without its entry or its proof: it was changed`);
  }
  const bytes = Buffer.from(entry);
  if (!proof.endsWith(`\n\n${note}`)) {
    throw new NotVerified(`the proof of record ${index} has another checkpoint than ${EVIDENCE_FILES.checkpoint}`);
  }
  if (verifyProofFile(proof, bytes, signer).index !== index) {
    throw new NotVerified(`the proof of record ${index} is that of another`);
  }
  return json(bytes, `record ${index}`) as Fields;
}

function json(file: Buffer, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file));
  } catch {
    throw new NotVerified(`${what} cannot be read: it was changed`);
  }
}
