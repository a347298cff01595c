import { KmsError } from '../../errors.js';

export function roleNotFound(): KmsError {
  return new KmsError('role-not-found', 'no custom role has this name; GET /api/v1/roles lists them');
}
