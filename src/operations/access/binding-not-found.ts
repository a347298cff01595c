import { KmsError } from '../../errors.js';

export function bindingNotFound(): KmsError {
  return new KmsError('binding-not-found', 'no binding has this id; GET /api/v1/bindings lists them');
}
