import type { Binding } from './binding-types.js';

/** Callers that are bound together. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly members: readonly { readonly id: string; readonly name: string | null }[];
  /** Whoever brings a JWT of the issuer with the value in its groups claim is in it too. */
  readonly claim: GroupClaim | null;
  readonly createdAt: string;
}

export interface GroupClaim {
  readonly issuer: string;
  readonly value: string;
}

export interface AccessQuestion {
  /** Such as `decrypt`. */
  readonly operation: string;
  /** `install` (the default), `keyrings/<keyring>` or `keyrings/<keyring>/keys/<key>`. */
  readonly resource?: string;
}

export interface ExplainInput extends AccessQuestion {
  /** Id or name. */
  readonly caller: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly door?: string;
  readonly strength?: 'single' | 'mfa' | 'mtls';
  /** Groups that its JWT would name. */
  readonly groups?: readonly string[];
}

export interface Explanation {
  readonly allowed: boolean;
  readonly reason: string;
  /** What each says: `allows`, `denies`, `conditions-not-met`, `other-resource`, `ended` or `other-operation`. */
  readonly bindings: readonly (Binding & { readonly verdict: string })[];
  /** What the key policy of the key says, and the ids of its grants that allow it. */
  readonly rules: {
    readonly policy: 'allows' | 'denies' | 'delegates' | 'silent';
    readonly grants: readonly string[];
  } | null;
  /** Id of the binding that administers, where duties are separate. */
  readonly administers: string | null;
  /** Nobody may both administer and use keys there. */
  readonly separationOfDuties?: boolean;
  /** What the operation needs besides its own permission, and the caller has not. */
  readonly missing: readonly string[];
}

export interface Able {
  readonly kind: 'caller' | 'group';
  readonly id: string;
  readonly name: string;
  readonly bindings: readonly Binding[];
}
