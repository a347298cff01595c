/** What of the log is kept how long: dropped are the entries of whole tiles, never their hashes. */
export interface AuditRetention {
  readonly days: number;
  readonly setAt: string;
  /** Id of a caller. */
  readonly setBy: string;
  /** Of the request under dual control, where it needed one. */
  readonly approval: string | null;
  /** Ids of those who approved it. */
  readonly approvers: readonly string[];
}

/** What must not be dropped while the hold lasts; nothing behind it in the log is, either. */
export type HeldRecords =
  { readonly everything: true } | { readonly keyring: string } | { readonly keyring: string; readonly key: string };

/** A legal hold. */
export interface AuditHold {
  readonly id: string;
  readonly scope: HeldRecords;
  readonly reason: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

export interface AuditSettings {
  /** null: everything is kept. */
  readonly retention: AuditRetention | null;
  readonly holds: readonly AuditHold[];
  /** The records before this one were dropped. */
  readonly minimumIndex: number;
  /** Names of encryption contexts whose values stand in the records in the clear. */
  readonly clearContext: readonly string[];
}

export const NO_AUDIT_SETTINGS: AuditSettings = { retention: null, holds: [], minimumIndex: 0, clearContext: [] };
