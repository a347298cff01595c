import { KmsError } from '../../errors.js';

export function approvalNotFound(): KmsError {
  return new KmsError(
    'approval-not-found',
    'no request of this id is yours or for you; GET /api/v1/approvals lists them',
  );
}
