import type { ApprovalDecision } from '../../access/approval.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { Arrival } from '../arrival.js';
import type { ChangeOperation } from '../operation.js';
import { lacking, mayDecide } from './approver.js';
import { describeApproval, type ApprovalDescription } from './describe-approval.js';
import { mustBeIn } from './must-be-in.js';
import { resolveApproval, type ApprovalInput, type ResolvedApproval } from './resolve-approval.js';

type Decide = ChangeOperation<ApprovalInput, ResolvedApproval, ApprovalDescription>;

/** One approver's word. One rejection ends the request, until it is executed; enough approvals let its requester send the call again. */
function decideApproval(verdict: ApprovalDecision['verdict']): Decide {
  return {
    name: 'approval.decide',
    resolve: resolveApproval('approval.decide'),

    async run(deps, { approval: { id } }, _input, commit, arrival) {
      return commit([INSTALL_SCOPE], async (change) => {
        const now = deps.clock.now();
        const { access } = change.install;
        const current = await mustBeIn(change, id, verdict === 'reject' ? ['pending', 'approved'] : ['pending'], now);
        const decision = decisionBy(arrival, verdict, now);
        if (!current.required.some((place) => mayDecide(access, current, decision, place, now))) throw notIndependent();
        const isRepeated = ({ callerId }: ApprovalDecision) => callerId === decision.callerId;
        if (verdict === 'approve' && current.decisions.some(isRepeated)) {
          throw new KmsError('invalid-transition', 'you have decided this request already');
        }
        const decided = { ...current, decisions: [...current.decisions, decision], changedAt: new Date(now) };
        const row = { ...decided, state: stateAfter(verdict, lacking(access, decided, now).length) };
        change.put('approval', row);
        const { operation, requesterId: requester, state } = row;
        const detail = { approval: id, verdict, operation, requester, state };
        return { output: describeApproval(row, access, now), detail };
      });
    },
  };
}

export const approveRequest = decideApproval('approve');
export const rejectRequest = decideApproval('reject');

function stateAfter(verdict: ApprovalDecision['verdict'], places: number): 'pending' | 'approved' | 'rejected' {
  if (verdict === 'reject') return 'rejected';
  return places > 0 ? 'pending' : 'approved';
}

/** @throws KmsError permission-denied */
function decisionBy(
  { caller, credentialId, source, door, strength }: Arrival,
  verdict: ApprovalDecision['verdict'],
  now: number,
): ApprovalDecision {
  if (strength === 'single' || credentialId === null) {
    throw new KmsError('permission-denied', 'approvers prove themselves by a second factor or a client certificate');
  }
  return { callerId: caller.id, credentialId, verdict, source, door, strength, at: new Date(now).toISOString() };
}

function notIndependent(): KmsError {
  return new KmsError(
    'permission-denied',
    'a request is decided by a person with the role approver at its place, bound before it was made, who neither asked, nor was made or bound by the one who asks, nor made him',
  );
}
