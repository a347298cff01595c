import type { KmsError } from '../../errors.js';

/** A request that could not be read, so that it never became an operation: the door writes that down itself. */
export class RefusedRequest extends Error {
  constructor(readonly error: KmsError) {
    super(error.message, { cause: error });
    this.name = 'RefusedRequest';
  }
}
