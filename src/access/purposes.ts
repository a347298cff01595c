import { BOOTSTRAPPING } from './bootstrap.js';
import type { OperationName } from './permissions.js';
import type { CredentialRow } from './records.js';

const INVITATION: ReadonlySet<OperationName> = new Set(['person.enrol', 'person.confirm']);
const PASSWORD: ReadonlySet<OperationName> = new Set(['session.create', 'password.change', 'recovery-codes.create']);

/** The purposes of credentials that are good for some operations only, whatever roles their caller has. */
const OPERATIONS_OF: { readonly [P in CredentialRow['purpose']]?: ReadonlySet<OperationName> } = {
  bootstrap: BOOTSTRAPPING,
  invitation: INVITATION,
  password: PASSWORD,
};

/** Whether a credential may be used for an operation, as far as its purpose goes. */
export function serves(purpose: CredentialRow['purpose'], operation: OperationName): boolean {
  const own = OPERATIONS_OF[purpose];
  return own ? own.has(operation) : !INVITATION.has(operation) && !PASSWORD.has(operation);
}
