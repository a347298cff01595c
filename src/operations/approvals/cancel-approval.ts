import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { permissionDenied } from '../authorise.js';
import type { ChangeOperation } from '../operation.js';
import { describeApproval, type ApprovalDescription } from './describe-approval.js';
import { mustBeIn } from './must-be-in.js';
import { resolveApproval, type ApprovalInput, type ResolvedApproval } from './resolve-approval.js';

/** By its requester alone. */
export const cancelApproval: ChangeOperation<ApprovalInput, ResolvedApproval, ApprovalDescription> = {
  name: 'approval.cancel',
  resolve: resolveApproval('approval.cancel'),

  async run(deps, { approval: { id } }, _input, commit, arrival) {
    return commit([INSTALL_SCOPE], async (change) => {
      const now = deps.clock.now();
      const current = await mustBeIn(change, id, ['pending', 'approved'], now);
      if (current.requesterId !== arrival.caller.id) throw permissionDenied('approval.cancel');
      const row = { ...current, state: 'cancelled', changedAt: new Date(now) } as const;
      change.put('approval', row);
      const detail = { approval: id, operation: row.operation };
      return { output: describeApproval(row, change.install.access, now), detail };
    });
  },
};
