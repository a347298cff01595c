import { createHash } from 'node:crypto';
import { lengthPrefixed } from '../../keys/length-prefixed.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { KeyRow, KeySnapshot, VersionRow } from '../../keys/records.js';
import { sealedRow, type SealedRows, type SealedTableName } from '../../ledger/sealed-tables.js';
import type { FoundKey } from './read-key.js';
import type { ScopeMirror } from './scope-mirror.js';

export type Tagged<Row> = Row & { readonly tag: Buffer };

/** The row's own tag, and that it is the newest of its id. @throws KmsError integrity-failure */
export function mustBeCurrent<Name extends SealedTableName>(
  mirror: ScopeMirror,
  table: Name,
  row: Tagged<SealedRows[Name]>,
): void {
  const sealed = sealedRow(table, row);
  mirror.seal.mustMatch(sealed, row.tag);
  if (!mirror.tagOf(table, sealed.id)?.equals(row.tag)) {
    throw integrityFailure(`row ${sealed.id} of ${table} is not the newest of its id: an older one was put back`);
  }
}

/** Each of the rows, as `mustBeCurrent`. @returns them. @throws KmsError integrity-failure */
export function allCurrent<Name extends SealedTableName>(table: Name) {
  return <Row extends Tagged<SealedRows[Name]>>(mirror: ScopeMirror, rows: Row[]): Row[] => {
    for (const row of rows) mustBeCurrent(mirror, table, row);
    return rows;
  };
}

/** That there is no such row. @throws KmsError integrity-failure for one that is not there and should be */
export function mustBeUnknown(mirror: ScopeMirror, table: SealedTableName, id: string): void {
  if (mirror.tagOf(table, id)) throw integrityFailure(`row ${id} of ${table} is missing`);
}

/** The commitment of a key to its versions. */
export function versionsDigest(tags: readonly Buffer[]): Buffer {
  return createHash('sha256').update(lengthPrefixed(tags)).digest();
}

/** A key with its versions, as one. @throws KmsError integrity-failure */
export function verifiedKey(mirror: ScopeMirror, { key, versions }: FoundKey): KeySnapshot {
  mustBeCurrent(mirror, 'key', key);
  return snapshotOf(mirror, key, versions);
}

/** A key's versions, each by its own tag and all by the key's commitment. @throws KmsError integrity-failure */
export function snapshotOf(mirror: ScopeMirror, key: KeyRow, versions: readonly Tagged<VersionRow>[]): KeySnapshot {
  for (const version of versions) mirror.seal.mustMatch(sealedRow('key_version', version), version.tag);
  const complete = versions.length === key.versionCount && versions.every((row, index) => row.version === index + 1);
  if (!complete || !versionsDigest(versions.map((row) => row.tag)).equals(key.versionsDigest)) {
    throw integrityFailure(`the versions of key ${key.id} are not those that the key commits to`);
  }
  return { key, versions };
}
