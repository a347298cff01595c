import { KmsError } from '../../errors.js';

export function certificateNotFound(): KmsError {
  return new KmsError(
    'certificate-not-found',
    'no certificate or request has this id; GET /api/v1/certificates lists them',
  );
}
