import type { CredentialRow } from '../../access/records.js';

/** A token as every answer shows it: never its secret, never its hash. */
export interface TokenDescription {
  readonly id: string;
  /** Id of the caller. */
  readonly caller: string;
  readonly state: 'active' | 'expired' | 'revoked';
  readonly description: string;
  readonly purpose: CredentialRow['purpose'];
  /** `loopback`: refused from any other address. */
  readonly source: CredentialRow['source'];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A token in a list. */
export interface ListedToken extends TokenDescription {
  /** To within 5 seconds; null: never. */
  readonly lastUsedAt: Date | null;
}

export function describeToken(row: Omit<CredentialRow, 'revision'>, now: number): TokenDescription {
  const { id, callerId, description, purpose, source, createdAt, expiresAt, revokedAt } = row;
  const state = revokedAt ? 'revoked' : (expiresAt?.getTime() ?? Infinity) <= now ? 'expired' : 'active';
  return { id, caller: callerId, state, description, purpose, source, createdAt, expiresAt, revokedAt };
}
