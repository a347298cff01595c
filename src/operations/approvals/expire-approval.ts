import { approvalStateAt, type ApprovalRow } from '../../access/approval.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { approvalNotFound } from './approval-not-found.js';
import type { ApprovalInput } from './resolve-approval.js';

interface ResolvedApproval extends Resolved {
  readonly approval: ApprovalRow;
}

/** Writes down that a request ended by itself, which it did already. For the schedule alone. */
export const expireApproval: ChangeOperation<ApprovalInput, ResolvedApproval, object> = {
  name: 'approval.expire',

  async resolve(deps, { approval: id }) {
    const approval = (await deps.ledger.install()).approvals.get(id);
    if (!approval) throw approvalNotFound();
    return {
      approval,
      needs: [{ permission: 'approval.expire', resource: { kind: 'install' } }],
      subject: { resource: `approval/${id}` },
      scopes: [],
      basis: [approval],
    };
  },

  async run(deps, { approval: { id } }, _input, commit) {
    return commit([INSTALL_SCOPE], async (change) => {
      const now = deps.clock.now();
      const row = await change.find('approval', id);
      if (!row) throw approvalNotFound();
      const state = approvalStateAt(row, now);
      if (state === 'expired') change.put('approval', { ...row, state, changedAt: new Date(now) });
      const { operation, requesterId: requester } = row;
      return { output: {}, detail: { approval: id, operation, requester, state } };
    });
  },
};
