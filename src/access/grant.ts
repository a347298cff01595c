import type { KeyRules } from './key-rules/key-rules.js';
import { compileConditions, type Attributes, type Test } from './conditions.js';
import type { OperationName } from './permissions.js';
import type { BindingRow, BindingScope } from './records.js';

/** What a permission is asked for. */
export type Resource =
  | { readonly kind: 'install' }
  /** What belongs to no keyring and needs none, such as random bytes: allowed by a grant of any scope. */
  | { readonly kind: 'anywhere' }
  | { readonly kind: 'keyring'; readonly keyringId: string }
  /** All keys of a keyring that have these tags, at any time: allowed by a grant for the keyring, denied by a deny for one of them. */
  | { readonly kind: 'keys'; readonly keyringId: string; readonly tags: Readonly<Record<string, string>> }
  | {
      readonly kind: 'key';
      readonly keyringId: string;
      readonly keyId: string;
      readonly tags: Readonly<Record<string, string>>;
      /** None: bindings alone decide. */
      readonly rules?: KeyRules | undefined;
    };

/** A binding, compiled. */
export interface Grant {
  readonly binding: BindingRow;
  readonly operations: ReadonlySet<OperationName>;
  readonly effect: 'allow' | 'deny';
  readonly scope: BindingScope;
  /** Of a tag selector. */
  readonly tags: readonly (readonly [name: string, value: string])[] | undefined;
  readonly test: Test | undefined;
  readonly expiresAt: number;
}

/** What a binding says to a request. */
export type Verdict = 'allows' | 'denies' | 'ended' | 'other-operation' | 'other-resource' | 'conditions-not-met';

export function grantOf(binding: BindingRow, operations: readonly OperationName[]): Grant {
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

export function verdictOf(
  grant: Grant,
  operation: OperationName,
  resource: Resource,
  now: number,
  attributes: Attributes,
): Verdict {
  if (!grant.operations.has(operation)) return 'other-operation';
  if (grant.expiresAt <= now) return 'ended';
  if (!covers(grant, resource)) return 'other-resource';
  if (grant.test && !grant.test(attributes, now)) return 'conditions-not-met';
  return grant.effect === 'deny' ? 'denies' : 'allows';
}

/** Whether the grant is for the resource, whatever it says of it. */
export function covers({ scope, effect, tags }: Grant, resource: Resource): boolean {
  if ('everything' in scope) return true;
  if (resource.kind === 'anywhere') return effect === 'allow';
  if (resource.kind === 'install' || scope.keyring !== resource.keyringId) return false;
  if (resource.kind === 'keys') return coversKeys(scope, effect, tags, resource.tags);
  if ('key' in scope) return resource.kind === 'key' && scope.key === resource.keyId;
  if (tags === undefined) return true;
  if (resource.kind !== 'key') return false;
  return includesTags(resource.tags, tags);
}

/** A deny counts where a key may have both its tags and those that are asked about; which tags a key has may change. */
function coversKeys(
  scope: object,
  effect: Grant['effect'],
  tags: Grant['tags'],
  asked: Readonly<Record<string, string>>,
): boolean {
  if (effect === 'allow') return tags === undefined && !('key' in scope);
  return !tags?.some(([name, value]) => Object.hasOwn(asked, name) && asked[name] !== value);
}

/** Whether a key has every tag that a selector names. */
export function includesTags(
  tags: Readonly<Record<string, string>>,
  wanted: readonly (readonly [name: string, value: string])[],
): boolean {
  for (const [name, value] of wanted) {
    if (!Object.hasOwn(tags, name) || tags[name] !== value) return false;
  }
  return true;
}
