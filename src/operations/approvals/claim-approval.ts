import { approvalStateAt, type ApprovalRow } from '../../access/approval.js';
import { KmsError } from '../../errors.js';
import type { Change } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';
import type { Guarded } from '../guarded.js';
import { approvalDigest, type Asked } from './approval-digest.js';
import { approvalNotFound } from './approval-not-found.js';
import { ApprovalRequired } from './approval-required.js';
import { lacking } from './approver.js';
import type { Required } from './required-approvals.js';

/** The call needs approvals and names no request: one is to be made, and nothing else of the change is to stay. */
export class NeedsApproval extends KmsError {
  constructor(
    readonly required: Required,
    readonly guarded: Guarded | undefined,
  ) {
    super('approval-required', 'this needs the approval of others');
  }
}

/**
 * In the call's own transaction: turns the approved request into an executed one, once.
 * @returns what the record says of it
 * @throws NeedsApproval; ApprovalRequired while it is not decided; KmsError approval-stale, approval-not-found
 */
export async function claimApproval(
  deps: Deps,
  change: Change,
  asked: Asked,
  required: Required,
  guarded: Guarded | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const { approval: id, caller } = asked.attempt.arrival;
  if (id === undefined) {
    if (required.approvals.length > 0 && caller.type !== 'system') throw new NeedsApproval(required, guarded);
    return {};
  }
  const row = change.install.approvals.has(id) ? await change.find('approval', id) : undefined;
  if (row?.requesterId !== caller.id) throw approvalNotFound();
  const now = deps.clock.now();
  mustBeDecided(row, now);
  if (!row.digest.equals(approvalDigest(deps, asked, required.approvals))) {
    throw stale('this is not what was approved, or what it was decided on has changed since');
  }
  const [place] = lacking(change.install.access, row, now);
  if (place) throw stale(`the approvers of ${place.keyring ?? 'the install'} are too few by now: one lost the right`);
  change.put('approval', { ...row, state: 'executed', changedAt: new Date(now) });
  return { approval: id, approvers: [...new Set(row.decisions.map(({ callerId }) => callerId))] };
}

function mustBeDecided(row: ApprovalRow, now: number): void {
  const state = approvalStateAt(row, now);
  if (state === 'pending') throw new ApprovalRequired(row.id, `request ${row.id} still waits for its approvers`);
  if (state !== 'approved') throw stale(`request ${row.id} is ${state}`);
}

function stale(why: string): KmsError {
  return new KmsError('approval-stale', `${why}; send the call without its approval to make a new request`);
}
