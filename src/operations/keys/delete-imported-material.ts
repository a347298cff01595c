import { KmsError } from '../../errors.js';
import { currentVersion, isPending } from '../../keys/imported-versions.js';
import { keyStateAt, nextKeyState } from '../../keys/key-states.js';
import { isReplica, keyringsOf } from '../../keys/multi-region.js';
import type { KeySnapshot, VersionRow } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import { findOthers } from '../multi-region/find-others.js';
import type { ChangeOperation } from '../operation.js';
import { subjectOfKey } from '../resolve-key.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import { destroyedVersion } from './destroy-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { currentKey, resolveKeyChange } from './resolve-key-change.js';

export interface DeleteImportedMaterialInput extends KeyInput {
  /** Default: the current one. */
  readonly version?: number;
}

export interface DeletedMaterial extends KeyDescription {
  /** null: there was none. */
  readonly deletedVersion: number | null;
}

/**
 * Deletes what was imported. The key waits for the same material again, with which it opens what it sealed before. Material that
 * waits for its rotation was never used: it goes for good, and the key goes on.
 */
export const deleteImportedMaterial: ChangeOperation<DeleteImportedMaterialInput, ResolvedKey, DeletedMaterial> = {
  name: 'key.delete-material',
  resolve: resolveKeyChange('key.delete-material'),

  async run(deps, { snapshot }, { version }, commit) {
    const now = deps.engineClock.now();
    return commit(keyringsOf(snapshot.key), async (change) => {
      const current = await currentKey(change, snapshot);
      const { key, versions } = current;
      if (key.origin !== 'imported') {
        throw new KmsError('unsupported-operation', 'the material of this key was made here: schedule its destruction');
      }
      const row = version === undefined ? currentVersion(versions) : versions[version - 1];
      if (version !== undefined && (!row || row.state === 'destroyed'))
        throw new KmsError('version-not-found', 'version: the key has no such material');
      const from = keyStateAt(key, now);
      const next = nextKeyState(from, 'delete-material');
      const isTakenBack = row !== undefined && isPending(row) && !isReplica(key);
      const after = row && isPending(row) ? key : { ...key, state: next, primaryVersion: 0, materialExpiresAt: null };
      const gone = isTakenBack ? await takeBack(change, current, row, now) : row && { ...row, material: null };
      change.putKey(after, gone ? [gone] : []);
      return {
        output: { ...describeKey({ key: after }, now), deletedVersion: row?.version ?? null },
        subject: subjectOfKey(snapshot, row?.version),
        detail: { from, to: after.state },
      };
    });
  },
};

/** It is no version of the key any more, in no region. */
async function takeBack(change: Change, { key }: KeySnapshot, row: VersionRow, now: number): Promise<VersionRow> {
  for (const other of await findOthers(change, key)) {
    const copy = other.versions[row.version - 1];
    if (copy) change.putKey(other.key, [destroyedVersion(copy, now)]);
  }
  return destroyedVersion(row, now);
}
