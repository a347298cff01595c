import { hash } from 'node:crypto';
import {
  EVIDENCE_FILES,
  type EvidenceManifest,
  type KeptProof,
  type ProvenRecord,
  type ReportedRecord,
} from '../audit/verifier/evidence.js';
import { evidenceReport } from '../audit/verifier/evidence-report.js';
import { NotVerified } from '../audit/verifier/not-verified.js';
import { openCheckpoint } from '../audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../audit/verifier/open-note.js';
import { verifyKept } from '../audit/verifier/verify-kept.js';
import type { KeysteadClient } from '../client/client.js';
import { readKeptNotes } from './kept-checkpoints.js';

export interface EvidenceAsked {
  readonly key: string;
  readonly since?: Date;
  readonly until?: Date;
  /** Files of checkpoints that were kept. */
  readonly kept?: readonly string[];
}

type Watch = <T>(things: AsyncIterable<T>, total: number) => AsyncIterable<T>;

/**
 * The files of an archive of evidence: docs/formats/evidence.md.
 * @param watch passes the records on as they come
 * @throws NotVerified where the log does not go on from a checkpoint that was kept; Error where the record of the gathering is not in the log; KeysteadError
 */
export async function makeEvidence(
  { audit, keys }: KeysteadClient,
  { key, kept = [], ...time }: EvidenceAsked,
  watch: Watch,
): Promise<ReadonlyMap<string, Buffer>> {
  const text = await keys.evidence(key, time);
  const manifest = JSON.parse(text) as EvidenceManifest;
  const statementIndex = await indexOfStatement(audit, text, manifest.size);
  const cosigned = await audit.log.cosignedCheckpoint();
  const note = await audit.log.checkpoint();
  const size = Number(note.split('\n')[1]);
  const signer = readVerifierKey(await audit.log.verifierKey());
  const notes = kept.flatMap((path) => readKeptNotes(path, signer));
  if (cosigned !== undefined && !notes.some(({ note: one }) => one === cosigned)) {
    notes.push({ note: cosigned, checkpoint: openCheckpoint(cosigned, signer) });
  }
  const proofs = await keptProofs(audit.log, notes, size);
  const now = openCheckpoint(note, signer);
  const earlier = proofs.map((proof) => verifyKept(proof, now, signer));
  const statement = await proven(audit, statementIndex, size);
  const records: ProvenRecord[] = [];
  for await (const record of watch(eachProven(audit, manifest.records, size), manifest.records.length)) {
    records.push(record);
  }
  const told = records.map(({ index, entry }) => ({ ...(JSON.parse(entry) as ReportedRecord), index }));
  const files = {
    checkpoint: note,
    kept: proofs.map((proof) => `${JSON.stringify(proof)}\n`).join(''),
    manifest: text,
    statement: `${JSON.stringify(statement)}\n`,
    records: records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    report: evidenceReport(manifest, told, statementIndex, earlier),
  };
  const names = Object.keys(EVIDENCE_FILES) as (keyof typeof EVIDENCE_FILES)[];
  return new Map(names.map((name) => [EVIDENCE_FILES[name], Buffer.from(files[name])]));
}

/** The record that says what was gathered. */
async function indexOfStatement(audit: KeysteadClient['audit'], manifest: string, size: number): Promise<number> {
  const sha256 = hash('sha256', manifest, 'hex');
  for await (const { index, detail } of audit.all({ operation: 'audit.read', after: size - 1, order: 'oldest' })) {
    if ((detail as { readonly manifestSha256?: string }).manifestSha256 === sha256) return index;
  }
  throw new Error('the service put nothing on record of what it gathered');
}

/** @throws NotVerified for one that is over more records than there are */
async function keptProofs(
  log: KeysteadClient['audit']['log'],
  kept: ReturnType<typeof readKeptNotes>,
  size: number,
): Promise<readonly KeptProof[]> {
  const proofs: KeptProof[] = [];
  for (const { note, checkpoint } of kept) {
    if (checkpoint.size > size) {
      throw new NotVerified(`the log has ${size} records, and a checkpoint over ${checkpoint.size} was kept`);
    }
    const hashes = await log.consistency(checkpoint.size, size);
    proofs.push({ checkpoint: note, consistency: hashes.map((hash) => hash.toString('base64')) });
  }
  return proofs;
}

async function* eachProven(
  audit: KeysteadClient['audit'],
  indexes: readonly number[],
  size: number,
): AsyncGenerator<ProvenRecord, void> {
  for (const index of indexes) yield await proven(audit, index, size);
}

async function proven(audit: KeysteadClient['audit'], index: number, size: number): Promise<ProvenRecord> {
  const [entry, proof] = [await audit.record(index), await audit.proof(index, size)];
  return { index, entry: entry.toString('utf8'), proof };
}
