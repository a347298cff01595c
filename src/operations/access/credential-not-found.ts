import { KmsError } from '../../errors.js';

export function credentialNotFound(): KmsError {
  return new KmsError(
    'credential-not-found',
    'the caller has no such credential of this id; GET …/credentials lists them',
  );
}
