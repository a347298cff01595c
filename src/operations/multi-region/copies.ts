import { KmsError } from '../../errors.js';
import { othersOf, type RegionalKey } from '../../keys/multi-region.js';
import type { KeyRow, KeySnapshot, VersionRow } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';
import { mustBeUnderNewest } from '../keys/resolve-key-change.js';
import { copyVersion } from './copy-version.js';
import { findOthers } from './find-others.js';

/** A version, as a key in another region gets it. */
export interface Copy {
  readonly of: RegionalKey;
  readonly row: Omit<VersionRow, 'revision'>;
}

/** The version for every key in another region; before any change. @throws KmsError conflict, root-unavailable */
export async function copiesOf(deps: Deps, key: KeyRow, row: Copy['row']): Promise<readonly Copy[]> {
  const { keyringsById } = await deps.ledger.install();
  const copies = othersOf(key).map(async (of) => {
    const wrappingVersion = keyringsById.get(of.keyring)?.wrappingVersion;
    if (wrappingVersion === undefined) throw new KmsError('conflict', 'a keyring is not there any more; try again');
    const to = { ...key, id: of.key, keyringId: of.keyring };
    return { of, row: await copyVersion(deps, key, row, to, wrappingVersion) };
  });
  return Promise.all(copies);
}

/**
 * Puts the version of every key in another region, in a change that took `keyringsOf` the key.
 * @param put by default the version alone
 * @throws KmsError conflict when the key is in other regions, or was rotated, meanwhile
 */
export async function putCopies(
  change: Change,
  key: KeyRow,
  copies: readonly Copy[],
  put: (other: KeySnapshot, row: Copy['row']) => void = (other, row) => change.putKey(other.key, [row]),
): Promise<void> {
  const others = await findOthers(change, key);
  const isSame =
    others.length === copies.length && others.every(({ key: { id } }) => copies.some(({ of }) => of.key === id));
  if (!isSame) throw new KmsError('conflict', 'the key is in other regions meanwhile; try again');
  for (const other of others) {
    for (const { of, row } of copies) {
      if (of.key !== other.key.id) continue;
      mustBeUnderNewest(change, other.key.keyringId, row.wrappingVersion);
      put(other, row);
    }
  }
}
