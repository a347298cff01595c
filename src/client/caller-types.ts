import type { Timestamp } from './resource-types.js';

export interface Caller {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly state?: string;
  readonly createdAt?: Timestamp;
}

export interface Whoami {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly roles: readonly {
    readonly role: string;
    readonly effect: string;
    readonly scope: Readonly<Record<string, unknown>>;
  }[];
}

export interface CreateTokenInput {
  /** Seconds, or a text such as `90d`. */
  readonly expiresIn?: number | string;
  readonly description?: string;
}
export interface Token {
  readonly id: string;
  readonly description?: string | null;
  readonly createdAt?: Timestamp;
  readonly expiresAt?: Timestamp | null;
  readonly revokedAt?: Timestamp | null;
}
export interface ListedToken extends Token {
  /** To within 5 seconds; null: never. */
  readonly lastUsedAt?: Timestamp | null;
}
export interface NewToken extends Token {
  /** Shown once. */
  readonly token: string;
}

export interface RotateTokenInput {
  /** For how long the old token goes on: seconds, or a text such as `24h`, which is the default. 0: it ends at once. */
  readonly overlap?: number | string;
  /** Default: as long as the old one was given. */
  readonly expiresIn?: number | string;
}
export interface RotatedToken extends NewToken {
  /** The old token, with the moment at which it ends. */
  readonly previous: Token;
}

export type CertificateMatch = { readonly spiffe: string } | { readonly dns: string } | { readonly pin: string };
export interface JwtMatch {
  readonly issuer: string;
  readonly subject: string;
  /** Further claims that must be there. */
  readonly claims?: Readonly<Record<string, string>>;
}
export type CreateCredentialInput = (
  | { readonly kind: 'certificate'; readonly match: CertificateMatch }
  | { readonly kind: 'jwt'; readonly match: JwtMatch }
) & {
  /** Seconds, or a text such as `90d`. */
  readonly expiresIn?: number | string;
  readonly description?: string;
};
export interface Credential {
  readonly id: string;
  readonly kind: 'token' | 'certificate' | 'jwt' | (string & {});
  /** Null for a token. */
  readonly match?: CertificateMatch | JwtMatch | null;
  readonly state?: string;
  readonly description?: string | null;
  readonly createdAt?: Timestamp;
  readonly expiresAt?: Timestamp | null;
  readonly revokedAt?: Timestamp | null;
  readonly lastUsedAt?: Timestamp | null;
}
