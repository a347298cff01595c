import { compileConditions, NO_ATTRIBUTES, type Attributes, type Test } from './conditions.js';
import { isEverybodys, isRoleName, ROLES, type OperationName } from './permissions.js';
import type { BindingRow, BindingScope, CallerRow, CredentialRow, RoleRow } from './records.js';

/** What a permission is asked for. */
export type Resource =
  | { readonly kind: 'install' }
  /** What belongs to no keyring and needs none, such as random bytes: allowed by a grant of any scope. */
  | { readonly kind: 'anywhere' }
  | { readonly kind: 'keyring'; readonly keyringId: string }
  | {
      readonly kind: 'key';
      readonly keyringId: string;
      readonly keyId: string;
      readonly tags: Readonly<Record<string, string>>;
    };

interface Grant {
  readonly binding: BindingRow;
  readonly operations: ReadonlySet<OperationName>;
  readonly effect: 'allow' | 'deny';
  readonly scope: BindingScope;
  /** Of a tag selector. */
  readonly tags: readonly (readonly [name: string, value: string])[] | undefined;
  readonly test: Test | undefined;
  readonly expiresAt: number;
}

/** Who there is and what each may do, compiled once per change; immutable. A check costs no query. */
export class AccessView {
  readonly #grants = new Map<string, Grant[]>();
  /** Custom roles that are there, by name. */
  readonly roles: ReadonlyMap<string, RoleRow>;

  constructor(
    readonly callers: ReadonlyMap<string, CallerRow>,
    readonly credentials: ReadonlyMap<string, CredentialRow>,
    bindings: Iterable<BindingRow>,
    roles: Iterable<RoleRow> = [],
  ) {
    this.roles = new Map([...roles].filter((role) => !role.removedAt).map((role) => [role.name, role]));
    for (const binding of bindings) {
      const operations = this.operationsOf(binding.role);
      if (binding.removedAt || !operations) continue;
      const grants = this.#grants.get(binding.callerId) ?? [];
      grants.push(grantOf(binding, operations));
      this.#grants.set(binding.callerId, grants);
    }
  }

  /** Of a built-in role or a custom one; undefined where there is none. */
  operationsOf(role: string): readonly OperationName[] | undefined {
    return isRoleName(role) ? ROLES[role] : this.roles.get(role)?.permissions;
  }

  /**
   * Default deny; an explicit deny whose conditions are met wins. A deny for one key or keyring does not deny what is
   * wider.
   */
  may(
    callerId: string,
    operation: OperationName,
    resource: Resource,
    now: number,
    attributes: Attributes = NO_ATTRIBUTES,
  ): boolean {
    if (isEverybodys(operation)) return true;
    let allowed = false;
    for (const grant of this.#grants.get(callerId) ?? []) {
      if (grant.expiresAt <= now || !grant.operations.has(operation) || !covers(grant, resource)) continue;
      if (grant.test && !grant.test(attributes, now)) continue;
      if (grant.effect === 'deny') return false;
      allowed = true;
    }
    return allowed;
  }

  /** The coarse gate: whether any role of the caller holds the operation at all, wherever and whenever. Never refuses what `may` allows. */
  mayAnywhere(callerId: string, operation: OperationName, now: number): boolean {
    if (isEverybodys(operation)) return true;
    const grants = this.#grants.get(callerId) ?? [];
    return grants.some((grant) => grant.effect === 'allow' && grant.expiresAt > now && grant.operations.has(operation));
  }

  /** The bindings of a caller that have not ended. */
  bindingsOf(callerId: string, now: number): readonly BindingRow[] {
    const live = (this.#grants.get(callerId) ?? []).filter((grant) => grant.expiresAt > now);
    return live.map(({ binding }) => binding);
  }
}

function grantOf(binding: BindingRow, operations: readonly OperationName[]): Grant {
  const { effect, scope, conditions = null, expiresAt } = binding;
  return {
    binding,
    operations: new Set(operations),
    effect,
    scope,
    tags: 'tags' in scope ? Object.entries(scope.tags) : undefined,
    test: compileConditions(conditions, effect),
    expiresAt: expiresAt?.getTime() ?? Infinity,
  };
}

function covers({ scope, effect, tags }: Grant, resource: Resource): boolean {
  if ('everything' in scope) return true;
  if (resource.kind === 'anywhere') return effect === 'allow';
  if (resource.kind === 'install' || scope.keyring !== resource.keyringId) return false;
  if ('key' in scope) return resource.kind === 'key' && scope.key === resource.keyId;
  if (tags === undefined) return true;
  if (resource.kind !== 'key') return false;
  for (const [name, value] of tags) {
    if (!Object.hasOwn(resource.tags, name) || resource.tags[name] !== value) return false;
  }
  return true;
}
