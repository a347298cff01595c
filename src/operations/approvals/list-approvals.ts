import { holdersOf } from '../arrival.js';
import { approvalStateAt, type ApprovalRow, type ApprovalState } from '../../access/approval.js';
import { permissionDenied } from '../authorise.js';
import type { Resolved, UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeApproval, type ApprovalDescription } from './describe-approval.js';
import { isFor } from './resolve-approval.js';

export interface ListApprovalsInput extends PageInput {
  readonly state?: ApprovalState;
}

interface ResolvedApprovals extends Resolved {
  readonly approvals: readonly ApprovalRow[];
}

/** One's own requests, and those of the places where one holds the permission, newest first. */
export const listApprovals: UseOperation<ListApprovalsInput, ResolvedApprovals, Page<ApprovalDescription>> = {
  name: 'approval.list',

  async resolve(deps, { state }, arrival) {
    const install = await deps.ledger.install();
    const now = deps.clock.now();
    if (!install.access.mayAnywhere(holdersOf(arrival), 'approval.list', now)) throw permissionDenied('approval.list');
    const approvals = [...install.approvals.values()].filter(
      (row) =>
        (state === undefined || approvalStateAt(row, now) === state) &&
        isFor(install, row, 'approval.list', arrival, now),
    );
    return { approvals, needs: [], subject: { resource: 'install' }, scopes: [], basis: [install] };
  },

  async run(deps, { approvals }, input) {
    const { access } = await deps.ledger.install();
    return { output: pageOfAll(approvals, input, (row) => describeApproval(row, access, deps.clock.now())) };
  },
};
