/** What the files of an archive of evidence are called: docs/formats/evidence.md. */
export const EVIDENCE_FILES = {
  checkpoint: 'checkpoint.txt',
  kept: 'kept.jsonl',
  manifest: 'manifest.json',
  statement: 'statement.json',
  records: 'records.jsonl',
  report: 'report.html',
} as const;

/** A checkpoint that somebody kept from before, and that the log of the archive's own goes on from it. */
export interface KeptProof {
  /** The signed note. */
  readonly checkpoint: string;
  /** PROOF(its size, D[size of the archive's]) of RFC 6962, in base64. */
  readonly consistency: readonly string[];
}

/** A record as it is in the log, with its place and its tlog-proof. */
export interface ProvenRecord {
  readonly index: number;
  readonly entry: string;
  readonly proof: string;
}

/** What of a record the report tells. */
export interface ReportedRecord {
  readonly index: number;
  readonly at: string;
  readonly caller: string;
  readonly callerName: string | null;
  readonly credential: string | null;
  readonly source: string | null;
  readonly operation: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly version: number | null;
  readonly detail: unknown;
}

export interface ReportedVersion {
  readonly version: number;
  readonly primary: boolean;
  readonly state: string;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** What was in force for a key, and which records there are of it, as the service said it on record. */
export interface EvidenceManifest {
  readonly v: number;
  /** The log's verifier key, as the service says. */
  readonly log: string;
  readonly size: number;
  readonly since: string | null;
  readonly until: string;
  readonly key: Readonly<Record<string, unknown>> & {
    readonly id: string;
    readonly name: string | null;
    readonly createdAt: string;
  };
  readonly versions: readonly ReportedVersion[];
  readonly policy: {
    readonly inForce: object | null;
    readonly candidates: readonly object[];
    readonly upcoming: readonly object[];
  };
  readonly bindings: readonly {
    readonly callerName: string | null;
    readonly groupName: string | null;
    readonly role: string;
    readonly effect: string;
    readonly scope: object;
    readonly conditions: object | null;
    readonly expiresAt: string | null;
  }[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** The records before it were dropped as the retention policy said: what was done with the key then is not in here. */
  readonly minimumIndex: number;
  /** Indexes in the log, ascending. */
  readonly records: readonly number[];
}
