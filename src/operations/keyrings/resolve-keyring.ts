import type { OperationName } from '../../access/permissions.js';
import type { KeyringRow } from '../../keys/records.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';
import { findKeyring } from '../resolve-key.js';

export interface KeyringInput {
  /** Id or name. */
  readonly keyring: string;
}

export interface ResolvedKeyring extends Resolved {
  readonly keyring: KeyringRow;
}

/** What every operation on one keyring resolves. */
export function resolveKeyring(operation: OperationName) {
  return async (deps: Deps, input: KeyringInput, arrival: Arrival): Promise<ResolvedKeyring> => {
    const keyring = await findKeyring(deps, input.keyring, operation, arrival);
    return {
      keyring,
      needs: [{ permission: operation, resource: { kind: 'keyring', keyringId: keyring.id } }],
      subject: { resource: `keyring/${keyring.id}`, keyring: keyring.id },
      scopes: [keyring.id],
      basis: [keyring],
    };
  };
}
