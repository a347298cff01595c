import { approvalStateAt, type ApprovalRow } from '../../access/approval.js';
import { KmsError } from '../../errors.js';
import type { Change } from '../../ledger/ledger.js';
import { approvalNotFound } from './approval-not-found.js';

/** The request as it is now, inside the change, if it is in one of the states. @throws KmsError invalid-transition */
export async function mustBeIn(
  change: Change,
  id: string,
  states: readonly ('pending' | 'approved')[],
  now: number,
): Promise<ApprovalRow> {
  const row = await change.find('approval', id);
  if (!row) throw approvalNotFound();
  const state = approvalStateAt(row, now);
  if ((states as readonly string[]).includes(state)) return row;
  throw new KmsError('invalid-transition', `the request is ${state}`);
}
