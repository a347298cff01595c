import { KmsError } from '../errors.js';

/** The provider answered, and refuses this service: its credential was revoked, or a policy withdrawn. No outage, and no grace. */
export class RootRefusal extends KmsError {
  constructor(detail: string) {
    super('root-unavailable', detail);
  }
}
