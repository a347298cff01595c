import type { OperationName } from '../../access/permissions.js';
import type { EncryptionContext } from '../../keys/encryption-context.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';
import { askedOfUse, type Asking } from './asked-of-use.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';

export interface KeyUseInput {
  readonly keyring: string;
  /** Id, name or alias. */
  readonly key: string;
  /** Default: the primary. */
  readonly version?: number;
  /** Of those that bind one. */
  readonly context?: EncryptionContext;
}

/** Which key and which of its versions did it. */
export interface KeyUse {
  readonly keyId: string;
  readonly version: number;
}

export interface ResolvedKeyUse extends Resolved {
  readonly snapshot: KeySnapshot;
}

/** What every use of one key resolves: the key, and that the permission holds for it. */
export function resolveKeyUse(permission: OperationName) {
  return async (deps: Deps, input: KeyUseInput & Asking, arrival: Arrival): Promise<ResolvedKeyUse> => {
    const snapshot = await findKey(deps, input, permission, arrival);
    const { keyringId, primaryVersion } = snapshot.key;
    return {
      snapshot,
      needs: [needOnKey(permission, snapshot, input.context, askedOfUse(permission, snapshot, input))],
      subject: subjectOfKey(snapshot, input.version ?? (primaryVersion || undefined)),
      scopes: [keyringId],
      basis: [snapshot],
    };
  };
}
