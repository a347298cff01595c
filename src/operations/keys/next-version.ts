import { KmsError } from '../../errors.js';
import { isReplica } from '../../keys/multi-region.js';
import type { KeyRow, KeySnapshot, VersionRotation, VersionRow } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';
import { copiesOf, putCopies, type Copy } from '../multi-region/copies.js';
import { subjectOfKey } from '../resolve-key.js';
import { generateVersion } from './generate-version.js';
import { mustBeUnderNewest } from './resolve-key-change.js';

/** A version that is about to be the key's primary. */
export interface NextVersion {
  readonly row: Omit<VersionRow, 'revision'>;
  /** Of the primary of a multi-Region key: the same for its replicas, which are rotated with it. */
  readonly copies: readonly Copy[];
}

/**
 * Generated material for the version after the newest; slow for some specs, so before any change.
 * @throws KmsError unsupported-operation for a replica, which is rotated with its primary; root-unavailable
 */
export async function nextVersion(
  deps: Deps,
  { key }: KeySnapshot,
  by: VersionRotation['by'] = 'request',
): Promise<NextVersion> {
  if (isReplica(key)) {
    throw new KmsError(
      'unsupported-operation',
      'the key is a multi-Region replica: it is rotated with its primary key',
    );
  }
  const { keyringsById } = await deps.ledger.install();
  const wrappingVersion = keyringsById.get(key.keyringId)?.wrappingVersion;
  if (wrappingVersion === undefined) throw new KmsError('conflict', 'the keyring is not there any more; try again');
  const made = await generateVersion(deps, key, key.versionCount + 1, wrappingVersion);
  const row = { ...made, rotation: { at: made.createdAt.toISOString(), by } };
  return { row, copies: await copiesOf(deps, key, row) };
}

/**
 * Puts a version as the key's new primary, in a change that took `keyringsOf` the key.
 * @param current the key in this change; its row is put as it is given, with its new primary
 * @param others  versions that change with it, the former primary among them; default: that one, no longer primary
 * @returns the key's row
 * @throws KmsError conflict when the key got another version, or another replica, meanwhile
 */
export async function putNextVersion(
  change: Change,
  current: KeySnapshot,
  { row, copies }: NextVersion,
  others?: readonly VersionRow[],
): Promise<KeyRow> {
  await putCopies(change, current.key, copies, (replica, copy) => putPrimary(change, replica, copy));
  return putPrimary(change, current, row, others);
}

/** What the records of a rotation say of the replicas: each has one of its own. */
export function recordsOfCopies(key: Pick<KeyRow, 'id'>, { copies }: NextVersion) {
  return copies.map(({ of, row }) => ({
    subject: subjectOfKey({ key: { id: of.key, keyringId: of.keyring } }, row.version),
    detail: { primary: key.id },
  }));
}

function putPrimary(
  change: Change,
  { key, versions }: KeySnapshot,
  next: NextVersion['row'],
  others?: readonly VersionRow[],
): KeyRow {
  if (next.version !== key.versionCount + 1) throw new KmsError('conflict', 'the key was rotated meanwhile; try again');
  mustBeUnderNewest(change, key.keyringId, next.wrappingVersion);
  const at = next.createdAt;
  const primary = versions[key.primaryVersion - 1];
  const rotated = { ...key, primaryVersion: next.version, versionCount: next.version, rotatedAt: at };
  change.putKey(rotated, [...(others ?? (primary ? [{ ...primary, changedAt: at }] : [])), next]);
  return rotated;
}
