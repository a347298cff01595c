import type { AccessView } from '../../access/access-view.js';
import { approvalStateAt, type ApprovalRow, type ApprovalState, type RequiredApproval } from '../../access/approval.js';

/** A request as every answer shows it. */
export interface ApprovalDescription {
  readonly id: string;
  readonly operation: string;
  readonly state: ApprovalState;
  /** Id of the caller who asks. */
  readonly requester: string;
  readonly requesterName: string | null;
  readonly subject: ApprovalRow['subject'];
  /** What is asked for, without secrets. */
  readonly request: ApprovalRow['request'];
  readonly guarded: string | null;
  readonly required: readonly RequiredApproval[];
  readonly decisions: readonly {
    readonly caller: string;
    readonly callerName: string | null;
    readonly verdict: 'approve' | 'reject';
    /** ISO 8601. */
    readonly at: string;
  }[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export function describeApproval(
  row: Omit<ApprovalRow, 'revision'>,
  { callers }: AccessView,
  now: number,
): ApprovalDescription {
  const { id, operation, requesterId, subject, request, guarded, required, createdAt, expiresAt } = row;
  const nameOf = (callerId: string) => callers.get(callerId)?.name ?? null;
  return {
    id,
    operation,
    state: approvalStateAt(row, now),
    requester: requesterId,
    requesterName: nameOf(requesterId),
    subject,
    request,
    guarded,
    required,
    decisions: row.decisions.map(({ callerId, verdict, at }) => ({
      caller: callerId,
      callerName: nameOf(callerId),
      verdict,
      at,
    })),
    createdAt,
    expiresAt,
  };
}
