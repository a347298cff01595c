import type { CredentialMatch } from '../../access/credential-match.js';
import type { CredentialKind, CredentialRow } from '../../access/records.js';
import { describeToken, type ListedToken, type TokenDescription } from './describe-token.js';

export interface OfEveryKind {
  readonly kind: CredentialKind;
  /** Which certificates or JWTs it stands for; null for a token. */
  readonly match: CredentialMatch | null;
}

/** A credential of any kind as every answer shows it: never a secret, never a hash. */
export type CredentialDescription = TokenDescription & OfEveryKind;

/** A credential in a list. */
export type ListedCredential = ListedToken & OfEveryKind;

export function describeCredential(row: Omit<CredentialRow, 'revision'>, now: number): CredentialDescription {
  return { ...describeToken(row, now), kind: row.kind, match: row.match ?? null };
}
