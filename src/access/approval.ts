/** A number of approvers of one place. */
export interface RequiredApproval {
  /** Id of a keyring; null: the install. */
  readonly keyring: string | null;
  readonly approvers: number;
}

/** What one approver said. */
export interface ApprovalDecision {
  readonly callerId: string;
  readonly credentialId: string;
  readonly verdict: 'approve' | 'reject';
  /** How the approver came in: conditions of bindings are held against it again. */
  readonly source: string | null;
  readonly door: string;
  readonly strength: 'mfa' | 'mtls';
  /** ISO 8601. */
  readonly at: string;
}

export const APPROVAL_STATES = ['pending', 'approved', 'executed', 'rejected', 'cancelled', 'expired'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** A call under dual control that waits, or waited, for its approvers. */
export interface ApprovalRow {
  readonly id: string;
  readonly operation: string;
  readonly requesterId: string;
  /** Id of the credential by which the requester came in. */
  readonly requesterCredential: string;
  /** What it is about: the resource, and ids of keyring and key. */
  readonly subject: Readonly<Record<string, unknown>>;
  readonly required: readonly RequiredApproval[];
  /** Why it is guarded, where it is. */
  readonly guarded: string | null;
  /** What is asked for, without secrets: what approvers are shown. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Keyed digest over operation, requester, resolved ids, revisions, canonical input and `required`. */
  readonly digest: Buffer;
  /** As stored; `approvalStateAt` knows about the time. */
  readonly state: ApprovalState;
  readonly decisions: readonly ApprovalDecision[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly changedAt: Date;
  readonly revision: number;
}

export function isOpen({ state }: Pick<ApprovalRow, 'state'>): boolean {
  return state === 'pending' || state === 'approved';
}

/** The state at a moment: what is open ends by itself. */
export function approvalStateAt(row: Pick<ApprovalRow, 'state' | 'expiresAt'>, now: number): ApprovalState {
  return isOpen(row) && row.expiresAt.getTime() <= now ? 'expired' : row.state;
}
