import type { InstallView } from '../../ledger/ledger.js';
import { KmsError } from '../../errors.js';
import { certificateStateAt, type CertificateRow } from '../../pki/records.js';
import { isOrigin } from '../approvals/approver.js';
import type { Arrival } from '../arrival.js';
import { certificateNotFound } from './certificate-not-found.js';

/**
 * A registration is decided by a person who neither asked for it, nor is let in by it, nor was made by who asked, or by somebody he made.
 * @throws KmsError permission-denied
 */
export function mustBeSecondPerson({ access }: InstallView, row: CertificateRow, { caller }: Arrival): void {
  const isOther = caller.id !== row.requesterId && caller.id !== row.callerId;
  const isIndependent = !isOrigin(access, row.requesterId, access.callers.get(caller.id)?.createdBy ?? null);
  if (caller.type === 'person' && isOther && isIndependent) return;
  throw new KmsError(
    'permission-denied',
    'a second person decides: of type person, not who asked, not whom it lets in, and not made by who asked',
  );
}

/** @throws KmsError certificate-not-found, invalid-transition */
export function mustBePending(row: CertificateRow | undefined, now: number): CertificateRow {
  if (!row) throw certificateNotFound();
  const state = certificateStateAt(row, now);
  if (state === 'pending') return row;
  throw new KmsError('invalid-transition', `the request is not pending any more: it is ${state}`);
}
