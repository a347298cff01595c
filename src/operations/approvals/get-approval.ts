import type { UseOperation } from '../operation.js';
import { describeApproval, type ApprovalDescription } from './describe-approval.js';
import { resolveApproval, type ApprovalInput, type ResolvedApproval } from './resolve-approval.js';

export const getApproval: UseOperation<ApprovalInput, ResolvedApproval, ApprovalDescription> = {
  name: 'approval.list',
  resolve: resolveApproval('approval.list'),
  async run(deps, { approval }) {
    const { access } = await deps.ledger.install();
    return { output: describeApproval(approval, access, deps.clock.now()) };
  },
};
