import type { Timestamp } from './resource-types.js';

export type ApprovalState = 'pending' | 'approved' | 'executed' | 'rejected' | 'cancelled' | 'expired';

/** A call under dual control that waits, or waited, for its approvers. */
export interface Approval {
  readonly id: string;
  readonly operation: string;
  readonly state: ApprovalState | (string & {});
  /** Id of the caller who asks. */
  readonly requester: string;
  readonly requesterName: string | null;
  /** What it is about: the resource, and ids of keyring and key. */
  readonly subject: Readonly<Record<string, unknown>>;
  /** What is asked for, without secrets. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Why it is guarded, where it is. */
  readonly guarded: string | null;
  /** Where how many must approve: ids of keyrings; null: the install. */
  readonly required: readonly { readonly keyring: string | null; readonly approvers: number }[];
  readonly decisions: readonly {
    readonly caller: string;
    readonly callerName: string | null;
    readonly verdict: 'approve' | 'reject';
    readonly at: Timestamp;
  }[];
  readonly createdAt: Timestamp;
  readonly expiresAt: Timestamp;
}
