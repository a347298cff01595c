import { isEverybodys, isRoleName, ROLES, type OperationName } from './permissions.js';
import type { BindingRow, BindingScope, CallerRow, CredentialRow } from './records.js';

/** What a permission is asked for. */
export type Resource =
  | { readonly kind: 'install' }
  /** What belongs to no keyring and needs none, such as random bytes: allowed by a grant of any scope. */
  | { readonly kind: 'anywhere' }
  | { readonly kind: 'keyring'; readonly keyringId: string }
  | { readonly kind: 'key'; readonly keyringId: string; readonly keyId: string };

interface Grant {
  readonly operations: ReadonlySet<OperationName>;
  readonly effect: 'allow' | 'deny';
  readonly scope: BindingScope;
  readonly expiresAt: number;
  readonly role: string;
}

/** Who there is and what each may do, compiled once per change; immutable. A check costs no query. */
export class AccessView {
  readonly #grants = new Map<string, Grant[]>();

  constructor(
    readonly callers: ReadonlyMap<string, CallerRow>,
    readonly credentials: ReadonlyMap<string, CredentialRow>,
    bindings: Iterable<BindingRow>,
  ) {
    for (const binding of bindings) {
      if (binding.removedAt || !isRoleName(binding.role)) continue;
      const grants = this.#grants.get(binding.callerId) ?? [];
      grants.push({
        operations: new Set<OperationName>(ROLES[binding.role]),
        effect: binding.effect,
        scope: binding.scope,
        expiresAt: binding.expiresAt?.getTime() ?? Infinity,
        role: binding.role,
      });
      this.#grants.set(binding.callerId, grants);
    }
  }

  /** Default deny; an explicit deny wins. A deny for one key or keyring does not deny what is wider. */
  may(callerId: string, operation: OperationName, resource: Resource, now: number): boolean {
    if (isEverybodys(operation)) return true;
    let allowed = false;
    for (const grant of this.#grants.get(callerId) ?? []) {
      if (grant.expiresAt <= now || !grant.operations.has(operation) || !covers(grant, resource)) continue;
      if (grant.effect === 'deny') return false;
      allowed = true;
    }
    return allowed;
  }

  /** The coarse gate: whether any role of the caller holds the operation at all, wherever. Never refuses what `may` allows. */
  mayAnywhere(callerId: string, operation: OperationName, now: number): boolean {
    if (isEverybodys(operation)) return true;
    const grants = this.#grants.get(callerId) ?? [];
    return grants.some((grant) => grant.effect === 'allow' && grant.expiresAt > now && grant.operations.has(operation));
  }

  rolesOf(
    callerId: string,
    now: number,
  ): readonly { readonly role: string; readonly effect: string; readonly scope: BindingScope }[] {
    const live = (this.#grants.get(callerId) ?? []).filter((grant) => grant.expiresAt > now);
    return live.map(({ role, effect, scope }) => ({ role, effect, scope }));
  }
}

function covers({ scope, effect }: Grant, resource: Resource): boolean {
  if ('everything' in scope) return true;
  if (resource.kind === 'anywhere') return effect === 'allow';
  if (resource.kind === 'install' || scope.keyring !== resource.keyringId) return false;
  return 'key' in scope ? resource.kind === 'key' && scope.key === resource.keyId : true;
}
