import type { AccessKey } from './access-key.js';
import type { CredentialMatch } from './credential-match.js';
import type { Factors } from './factors.js';
import type { Conditions } from './conditions.js';
import type { OperationName } from './permissions.js';

/** The rows of this room. `revision` is the install's revision at which the row was written. */
export const CALLER_TYPES = ['service', 'person', 'node'] as const;
export type CallerType = (typeof CALLER_TYPES)[number];

export interface CallerRow {
  readonly id: string;
  readonly name: string;
  readonly type: CallerType;
  readonly state: 'enabled' | 'disabled';
  readonly createdAt: Date;
  /** Id of the caller who made it; none for what a first start made. */
  readonly createdBy?: string | null;
  readonly revision: number;
}

export const CREDENTIAL_KINDS = ['token', 'certificate', 'jwt', 'password', 'access-key'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export interface CredentialRow {
  /** The public part of the token; the access key id; a UUID for the other kinds. */
  readonly id: string;
  readonly callerId: string;
  readonly kind: CredentialKind;
  /** Keyed digest of the token's secret; the PHC string of a password's digest; empty for the other kinds. */
  readonly hash: Buffer;
  /** Which certificates or JWTs it stands for; none for a token. */
  readonly match?: CredentialMatch | null;
  /** Of a password. */
  readonly factors?: Factors | null;
  /** Of an access key. */
  readonly accessKey?: AccessKey | null;
  readonly purpose: 'api' | 'bootstrap' | 'development' | 'invitation' | 'password' | 'session';
  /** `loopback`: refused from any other address. */
  readonly source: 'any' | 'loopback';
  readonly description: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
  /** Id of the caller who made it; none for what a first start made. */
  readonly createdBy?: string | null;
  readonly revision: number;
}

/** Where a binding holds: everywhere, in one keyring, for one key, or for the keys of a keyring that have all these tags. */
export type BindingScope =
  | { readonly everything: true }
  | { readonly keyring: string }
  | { readonly keyring: string; readonly key: string }
  | { readonly keyring: string; readonly tags: Readonly<Record<string, string>> };

export interface BindingRow {
  readonly id: string;
  /** Id of the caller or of the group that it is for. */
  readonly callerId: string;
  readonly role: string;
  readonly effect: 'allow' | 'deny';
  readonly scope: BindingScope;
  /** None: it holds whatever the circumstances. */
  readonly conditions?: Conditions | null;
  readonly expiresAt: Date | null;
  /** Kept after its removal, so that a removed row and a row that somebody deleted differ. */
  readonly removedAt: Date | null;
  readonly createdAt: Date;
  /** Id of the caller who made it; none for what a first start made. */
  readonly createdBy?: string | null;
  readonly revision: number;
}

/** Callers that are bound together. */
export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Ids of callers. */
  readonly members: readonly string[];
  /** Whose JWTs of this issuer say so are in the group too, for the request that brings the JWT. */
  readonly claim: GroupClaim | null;
  readonly removedAt: Date | null;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly revision: number;
}

/** A value that the issuer's groups claim must hold. */
export interface GroupClaim {
  readonly issuer: string;
  readonly value: string;
}

/** A custom role. Its permissions never change: a role of the same name that is made later is another row. */
export interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly OperationName[];
  readonly removedAt: Date | null;
  readonly createdAt: Date;
  readonly revision: number;
}
