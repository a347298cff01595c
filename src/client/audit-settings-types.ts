export interface CreateHoldInput {
  readonly reason: string;
  /** The whole log; or else a keyring, or a keyring and a key of it. */
  readonly everything?: true;
  readonly keyring?: string;
  readonly key?: string;
}

/** Records that are not dropped, whatever the retention policy says. */
export interface AuditHold {
  readonly id: string;
  readonly scope:
    { readonly everything: true } | { readonly keyring: string } | { readonly keyring: string; readonly key: string };
  readonly reason: string;
  readonly createdBy: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface AuditSettings {
  /** null: everything is kept. */
  readonly retention: {
    readonly days: number;
    /** ISO 8601. */
    readonly setAt: string;
    readonly setBy: string;
    /** Id of the request under dual control. */
    readonly approval: string | null;
    readonly approvers: readonly string[];
  } | null;
  readonly holds: readonly AuditHold[];
  /** The records before it were dropped. */
  readonly minimumIndex: number;
  /** Names of encryption contexts whose values stand in the records in the clear. */
  readonly clearContext: readonly string[];
}
