import type { CredentialRow } from '../../access/records.js';
import { credentialNotFound } from './credential-not-found.js';
import { describeToken, type ListedToken, type TokenDescription } from './describe-token.js';

export interface OfAccessKey {
  /** The same as `id`. */
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly root: boolean;
}

/** An access key as every answer shows it: never its secret. */
export type AccessKeyDescription = TokenDescription & OfAccessKey;

export type ListedAccessKey = ListedToken & OfAccessKey;

/** @throws KmsError credential-not-found for credentials of other kinds */
export function describeAccessKey(row: Omit<CredentialRow, 'revision'>, now: number): AccessKeyDescription {
  if (!row.accessKey) throw credentialNotFound();
  const { accountId, root } = row.accessKey;
  return { ...describeToken(row, now), accessKeyId: row.id, accountId, root };
}
