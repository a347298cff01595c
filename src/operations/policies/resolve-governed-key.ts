import type { OperationName } from '../../access/permissions.js';
import type { VersionUse } from '../../keys/key-uses.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { resolveKeyChange } from '../keys/resolve-key-change.js';
import type { PolicyRows } from '../../rotation/records.js';
import { policyBasis } from './policy-in-force.js';

export interface ResolvedGovernedKey extends ResolvedKey {
  readonly rows: PolicyRows;
  readonly uses: ReadonlyMap<number, VersionUse>;
  readonly toldThrough: Date | null;
}

/** A key with the policies that may hold for it, and its use. */
export function resolveGovernedKey(operation: OperationName) {
  const resolve = resolveKeyChange(operation);
  return async (deps: Deps, input: KeyInput, arrival: Arrival): Promise<ResolvedGovernedKey> => {
    const resolved = await resolve(deps, input, arrival);
    const { keyringId, id } = resolved.snapshot.key;
    const rows = await deps.ledger.findPolicies(keyringId, id);
    const uses = await deps.usage.of(id);
    const look = await deps.dueKeys.find(id);
    const basis = [...resolved.basis, ...policyBasis(rows)];
    return { ...resolved, basis, rows, uses, toldThrough: look?.toldThrough ?? null };
  };
}
