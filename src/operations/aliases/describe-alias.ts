import { KmsError } from '../../errors.js';
import type { AliasRow } from '../../keys/records.js';

export interface AliasDescription {
  /** What its address ends in: its name. */
  readonly id: string;
  readonly name: string;
  /** Id of the keyring. */
  readonly keyring: string;
  readonly keyId: string;
  readonly createdAt: Date;
}

/** @throws KmsError alias-not-found when it was deleted */
export function describeAlias(row: Omit<AliasRow, 'revision'> | undefined): AliasDescription {
  if (!row || row.keyId === null) throw aliasNotFound();
  return { id: row.name, name: row.name, keyring: row.keyringId, keyId: row.keyId, createdAt: row.createdAt };
}

export function aliasNotFound(): KmsError {
  return new KmsError('alias-not-found', 'this keyring has no alias of this name; GET …/aliases lists them');
}
