import type { Resource } from '../../access/grant.js';
import type { ApprovalRow } from '../../access/approval.js';
import type { OperationName } from '../../access/permissions.js';
import type { InstallView } from '../../ledger/ledger.js';
import { holdersOf, type Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';
import { approvalNotFound } from './approval-not-found.js';

export interface ApprovalInput {
  /** Id. */
  readonly approval: string;
}

export interface ResolvedApproval extends Resolved {
  readonly approval: ApprovalRow;
}

/** What every operation on one request resolves: it is there for its requester, and for who holds the operation at one of its places. */
export function resolveApproval(operation: OperationName) {
  return async (deps: Deps, { approval: id }: ApprovalInput, arrival: Arrival): Promise<ResolvedApproval> => {
    const install = await deps.ledger.install();
    const now = deps.clock.now();
    if (!install.access.mayAnywhere(holdersOf(arrival), operation, now)) throw permissionDenied(operation);
    const approval = install.approvals.get(id);
    if (!approval || !isFor(install, approval, operation, arrival, now)) throw approvalNotFound();
    return {
      approval,
      needs: [],
      subject: { resource: `approval/${approval.id}` },
      scopes: [],
      basis: [approval],
    };
  };
}

export function isFor(
  { access }: InstallView,
  { requesterId, required }: ApprovalRow,
  operation: OperationName,
  arrival: Arrival,
  now: number,
): boolean {
  const holdsAt = (resource: Resource) => may(access, arrival, operation, resource, now);
  return (
    requesterId === arrival.caller.id ||
    holdsAt({ kind: 'install' }) ||
    required.some(({ keyring }) => keyring !== null && holdsAt({ kind: 'keyring', keyringId: keyring }))
  );
}
