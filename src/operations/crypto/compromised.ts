import type { EncryptionContext } from '../../keys/encryption-context.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { Arrival } from '../arrival.js';
import { may } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { Need } from '../operation.js';
import { candidatesFor, policyOf } from '../policies/policy-in-force.js';
import { needOnKey } from '../resolve-key.js';

/** Whether a version that is revoked as compromised is opened all the same. */
export interface Compromised {
  /** Then its plaintext is not authentic any more: whoever has the key could have made it. */
  readonly isOpened: boolean;
  readonly needs: readonly Need[];
  /** What this was decided on. */
  readonly basis: readonly unknown[];
}

/** @param version default: the primary */
export function isCompromised({ key, versions }: KeySnapshot, version: number | undefined): boolean {
  const row = versions[(version ?? key.primaryVersion) - 1];
  return row?.state === 'revoked' && row.reason === 'compromised';
}

/**
 * For callers with `decrypt.compromised`, where the key's policy says so (`revoke.compromised: decrypt-only`); everybody else is
 * refused, as for every revoked version.
 */
export async function decideCompromised(
  deps: Deps,
  snapshot: KeySnapshot,
  context: EncryptionContext | undefined,
  arrival: Arrival,
): Promise<Compromised> {
  const { key } = snapshot;
  const rows = await deps.ledger.findPolicies(key.keyringId, key.id);
  const held = candidatesFor(key, rows)[0]?.policy;
  const isReadable = held !== undefined && policyOf(held.document).revoke?.compromised === 'decrypt-only';
  const need = needOnKey('decrypt.compromised', snapshot, context);
  const { access } = await deps.ledger.install();
  const isOpened = isReadable && may(access, arrival, need.permission, need.resource, deps.clock.now(), context);
  return {
    isOpened,
    needs: isOpened ? [need] : [],
    basis: [isOpened, rows.own?.revision, rows.keyring?.revision],
  };
}

/** The mark on an answer and its record. */
export function authenticity(isOpened: boolean): { readonly authentic?: false } {
  return isOpened ? { authentic: false } : {};
}
