import { KmsError } from '../../errors.js';

/** The call waits for its approvers: to be sent again, unchanged, with the id of its request. */
export class ApprovalRequired extends KmsError {
  /** @param approval id of the request */
  constructor(
    readonly approval: string,
    detail: string,
  ) {
    super('approval-required', detail);
  }
}
