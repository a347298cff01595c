import type { Timestamp } from './resource-types.js';

export type Scope =
  | { readonly everything: true }
  | { readonly keyring: string; readonly key?: string; readonly tags?: Readonly<Record<string, string>> };

/** What must be so for a binding to hold: all that is given; of a list, one. */
export interface BindingConditions {
  readonly context?: {
    /** Pairs that the encryption context must hold; it may hold others. */
    readonly equals?: Readonly<Record<string, string>>;
    /** The encryption context must name nothing else than these. */
    readonly subset?: readonly string[];
  };
  /** CIDRs, or single addresses. */
  readonly sourceNetworks?: readonly string[];
  readonly notBefore?: Date | Timestamp;
  readonly doors?: readonly string[];
  readonly authentication?: readonly ('mfa' | 'mtls')[];
}

export interface Role {
  /** null for a built-in role. */
  readonly id: string | null;
  readonly name: string;
  readonly builtIn: boolean;
  readonly permissions: readonly string[];
  readonly createdAt?: Timestamp | null;
}

export interface CreateBindingInput {
  /** Id or name. One of the two. */
  readonly caller?: string;
  readonly group?: string;
  readonly role: string;
  readonly scope: Scope;
  /** Default `allow`; a deny wins over every allow. */
  readonly effect?: 'allow' | 'deny';
  readonly conditions?: BindingConditions;
  /** The binding ends by itself. */
  readonly expiresAt?: Date | Timestamp;
}
export interface Binding {
  readonly id: string;
  /** null for a group's. */
  readonly caller: string | null;
  /** null for a caller's. */
  readonly group?: string | null;
  readonly groupName?: string | null;
  readonly role: string;
  readonly scope: Scope;
  readonly effect?: 'allow' | 'deny';
  readonly conditions?: BindingConditions | null;
  readonly expiresAt?: Timestamp | null;
  readonly createdAt?: Timestamp;
}
export interface BindingFilters {
  readonly caller?: string;
  readonly group?: string;
  readonly keyring?: string;
}
