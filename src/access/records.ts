import type { CredentialMatch } from './credential-match.js';

/** The rows of this room. `revision` is the install's revision at which the row was written. */
export const CALLER_TYPES = ['service', 'person', 'node'] as const;
export type CallerType = (typeof CALLER_TYPES)[number];

export interface CallerRow {
  readonly id: string;
  readonly name: string;
  readonly type: CallerType;
  readonly state: 'enabled' | 'disabled';
  readonly createdAt: Date;
  readonly revision: number;
}

export const CREDENTIAL_KINDS = ['token', 'certificate', 'jwt'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export interface CredentialRow {
  /** The public part of the token; a UUID for the other kinds. */
  readonly id: string;
  readonly callerId: string;
  readonly kind: CredentialKind;
  /** Keyed digest of the token's secret; empty for the other kinds. */
  readonly hash: Buffer;
  /** Which certificates or JWTs it stands for; none for a token. */
  readonly match?: CredentialMatch | null;
  readonly purpose: 'api' | 'bootstrap' | 'development';
  /** `loopback`: refused from any other address. */
  readonly source: 'any' | 'loopback';
  readonly description: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
  readonly revision: number;
}

/** Where a binding holds: everywhere, in one keyring, or for one key. */
export type BindingScope =
  { readonly everything: true } | { readonly keyring: string } | { readonly keyring: string; readonly key: string };

export interface BindingRow {
  readonly id: string;
  readonly callerId: string;
  readonly role: string;
  readonly effect: 'allow' | 'deny';
  readonly scope: BindingScope;
  readonly expiresAt: Date | null;
  /** Kept after its removal, so that a removed row and a row that somebody deleted differ. */
  readonly removedAt: Date | null;
  readonly createdAt: Date;
  readonly revision: number;
}
