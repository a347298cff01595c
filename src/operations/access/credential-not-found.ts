import { KmsError } from '../../errors.js';

export function credentialNotFound(): KmsError {
  return new KmsError('credential-not-found', 'the caller has no token of this id; GET …/tokens lists them');
}
