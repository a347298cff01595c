import { KmsError } from '../../errors.js';
import type { AliasRow, KeySnapshot } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';

/** The alias as it is now; undefined where it is not there or was deleted. */
export async function currentAlias(change: Change, keyringId: string, name: string): Promise<AliasRow | undefined> {
  const row = await change.find('alias', `${keyringId}/${name}`);
  return row?.keyId ? row : undefined;
}

/** The permission was asked for the key that the alias named then. @throws KmsError conflict */
export function mustStillName(alias: AliasRow, snapshot: KeySnapshot | undefined): void {
  if (alias.keyId !== snapshot?.key.id) throw new KmsError('conflict', 'the alias was moved meanwhile; try again');
}

/** What an audit record says of a change of an alias. */
export function aliasDetail(name: string, from: string | null): Readonly<Record<string, unknown>> {
  return { alias: name, ...(from === null ? {} : { from }) };
}
