import { Controller, Inject } from '@nestjs/common';
import { cancelApproval } from '../../operations/approvals/cancel-approval.js';
import { approveRequest, rejectRequest } from '../../operations/approvals/decide-approval.js';
import { getApproval } from '../../operations/approvals/get-approval.js';
import { listApprovals, type ListApprovalsInput } from '../../operations/approvals/list-approvals.js';
import type { ApprovalInput } from '../../operations/approvals/resolve-approval.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { approvalAnswer, listApprovalsQuery } from './schemas/approvals.js';
import { pageOf } from './schemas/paging.js';
import { IN_APPROVAL } from './schemas/paths.js';

@Controller(`${API}/approvals`)
export class ApprovalsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('approval.list', {
    method: 'GET',
    query: listApprovalsQuery,
    answer: pageOf(approvalAnswer),
    summary: 'List the requests under dual control',
    description: 'Your own, and those of the places where you hold the permission.',
  })
  async list(call: Call<ListApprovalsInput>) {
    return use(this.kms, listApprovals, call);
  }

  @Endpoint('approval.list', {
    method: 'GET',
    path: ':approval',
    params: IN_APPROVAL,
    answer: approvalAnswer,
    summary: 'Show a request',
  })
  async get(call: Call<ApprovalInput>) {
    return use(this.kms, getApproval, call);
  }

  @Endpoint('approval.decide', {
    method: 'POST',
    path: ':approval/approve',
    params: IN_APPROVAL,
    answer: approvalAnswer,
    summary: 'Approve a request',
    description:
      'By a person with a second factor, bound as approver before the request was made, who neither made it nor made, or was made or bound by, the one who did. The requester then sends the call again, with the header Keystead-Approval.',
  })
  async approve(call: Call<ApprovalInput>) {
    return change(this.kms, approveRequest, call);
  }

  @Endpoint('approval.decide', {
    method: 'POST',
    path: ':approval/reject',
    params: IN_APPROVAL,
    answer: approvalAnswer,
    summary: 'Reject a request, which ends it',
  })
  async reject(call: Call<ApprovalInput>) {
    return change(this.kms, rejectRequest, call);
  }

  @Endpoint('approval.cancel', {
    method: 'POST',
    path: ':approval/cancel',
    params: IN_APPROVAL,
    answer: approvalAnswer,
    summary: 'Take your own request back',
  })
  async cancel(call: Call<ApprovalInput>) {
    return change(this.kms, cancelApproval, call);
  }
}
