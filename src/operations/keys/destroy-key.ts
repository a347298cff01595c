import { KmsError } from '../../errors.js';
import { keyStateAt, nextKeyState } from '../../keys/key-states.js';
import { keyringsOf, mustBePrimary } from '../../keys/multi-region.js';
import type { KeyRow, KeySnapshot, VersionRow } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import { findOthers } from '../multi-region/find-others.js';
import type { ChangeOperation } from '../operation.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { subjectOfKey } from '../resolve-key.js';
import { destroyedAfter } from './schedule-key-destruction.js';
import { currentKey, resolveKeyChange } from './resolve-key-change.js';

/** A version without its material; that it was there stays on record. */
export function destroyedVersion(row: VersionRow, now: number): VersionRow {
  return { ...row, state: 'destroyed', material: null, fingerprint: null, changedAt: new Date(now) };
}

/** By the schedule alone, when a destruction is due. The name stays on record and is free for another key. */
export const destroyKey: ChangeOperation<KeyInput, ResolvedKey, KeyDescription> = {
  name: 'key.destroy',
  resolve: resolveKeyChange('key.destroy'),

  async run(deps, { snapshot }, _input, commit) {
    const now = deps.engineClock.now();
    return commit(keyringsOf(snapshot.key), async (change) => {
      const current = await currentKey(change, snapshot);
      const state = nextKeyState(keyStateAt(current.key, now), 'destroy');
      if (!current.key.destroyAt || current.key.destroyAt.getTime() > now) {
        throw new KmsError('invalid-transition', 'the destruction of the key is not due yet');
      }
      const key = { ...current.key, state };
      const others = await leave(change, current.key, now);
      const gone = current.versions.filter((row) => row.state !== 'destroyed');
      change.putKey(
        key,
        gone.map((row) => destroyedVersion(row, now)),
      );
      return {
        output: describeKey({ key }, now),
        records: [
          { subject: subjectOfKey(snapshot), detail: { versions: gone.map((row) => row.version) } },
          ...others.map((other) => ({ subject: subjectOfKey(other), detail: { replica: key.id } })),
        ],
      };
    });
  },
};

/**
 * Takes a replica out of what its keys in other regions know. With the last of them, the destruction of the primary begins to wait.
 * @returns those keys
 */
async function leave(change: Change, key: KeyRow, now: number): Promise<readonly KeySnapshot[]> {
  const others = await findOthers(change, key);
  for (const { key: other } of others) {
    const { primary, replicas, windowDays } = other.multiRegion ?? mustBePrimary(other);
    const rest = replicas.filter((one) => one.key !== key.id);
    const isLast = rest.length === 0 && windowDays !== undefined;
    change.putKey(
      {
        ...other,
        multiRegion: { primary, replicas: rest, ...(isLast || windowDays === undefined ? {} : { windowDays }) },
        ...(isLast ? { destroyAt: destroyedAfter(windowDays, now) } : {}),
      },
      [],
    );
  }
  return others;
}
