import { KmsError } from '../../errors.js';
import { importedAs, isBrought, isPending } from '../../keys/imported-versions.js';
import { keyStateAt, nextKeyState } from '../../keys/key-states.js';
import { isReplica, keyringsOf } from '../../keys/multi-region.js';
import type { KeyRow, KeySnapshot, VersionRow } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';
import { findOthers } from '../multi-region/find-others.js';
import type { Commit } from '../operation.js';
import { subjectOfKey } from '../resolve-key.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import { currentKey } from './resolve-key-change.js';

/**
 * The material that was imported for it becomes the primary version, in every region.
 * @throws KmsError unsupported-operation for a replica; invalid-transition where none was, or not in every region
 */
export async function rotateImported(deps: Deps, snapshot: KeySnapshot, commit: Commit): Promise<KeyDescription> {
  if (isReplica(snapshot.key)) {
    throw new KmsError(
      'unsupported-operation',
      'the key is a multi-Region replica: it is rotated with its primary key',
    );
  }
  const now = deps.engineClock.now();
  return commit(keyringsOf(snapshot.key), async (change) => {
    const current = await currentKey(change, snapshot);
    nextKeyState(keyStateAt(current.key, now), 'rotate');
    const others = await findOthers(change, current.key);
    const all = [current, ...others].map((one) => ({ ...one, next: mustBePending(one, now) }));
    const [rotated] = all.map(({ key, versions, next }) => putRotated(change, { key, versions }, next, now));
    if (!rotated) throw new Error('a key is one of its own keys');
    const [{ next }] = all as [(typeof all)[0]];
    return {
      output: describeKey({ key: rotated }, now),
      records: all.map((one) => ({
        subject: subjectOfKey(one, next.version),
        detail: { from: current.key.primaryVersion },
      })),
      resourceId: current.key.id,
    };
  });
}

function mustBePending({ versions }: KeySnapshot, now: number): VersionRow {
  const row = versions.find(isPending);
  if (row && isBrought(row, now)) return row;
  throw new KmsError(
    'invalid-transition',
    'the key has no imported material that waits for its rotation, in every region: import new material first',
  );
}

function putRotated(change: Change, { key, versions }: KeySnapshot, next: VersionRow, now: number): KeyRow {
  const at = new Date(now);
  const { expiresAt = null, description = null } = next.imported ?? {};
  const imported = { pending: false, expiresAt, description };
  const primary = { ...next, imported, rotation: { at: at.toISOString(), by: 'request' as const } };
  const former = versions[key.primaryVersion - 1];
  const all = versions.map((row) => (row === next ? primary : row));
  const rotated = { ...key, ...importedAs(all, now), rotatedAt: at };
  change.putKey(rotated, [...(former ? [{ ...former, changedAt: at }] : []), primary]);
  return rotated;
}
