/** One line of the audit log: who did what, to what, with what outcome. Never plaintext, key material or a token. */
export interface AuditRecord {
  /** UUIDv7: names the record, and makes a repeated append harmless. */
  readonly id: string;
  readonly at: Date;
  /** The caller's id; a system caller's (`system:lifecycle`); `anonymous` before authentication. */
  readonly caller: string;
  readonly callerName: string | null;
  readonly credential: string | null;
  readonly door: string;
  /** The address the request came from. */
  readonly source: string | null;
  readonly operation: string;
  /** `key/<id>`, `keyring/<id>`, `caller/<id>`, `install` … */
  readonly resource: string;
  readonly keyring: string | null;
  readonly key: string | null;
  readonly version: number | null;
  readonly outcome: AuditOutcome;
  /** The error code of a denied or failed operation. */
  readonly code: string | null;
  readonly requestId: string;
  readonly node: string;
  readonly durationUs: number;
  /** Redacted facts of the operation: context names, counts, and for a change of state each row with revision and tag. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export const AUDIT_OUTCOMES = ['success', 'denied', 'error'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];
