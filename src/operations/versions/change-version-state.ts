import type { OperationName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import type { KeySnapshot, VersionRow } from '../../keys/records.js';
import { nextVersionState, type VersionAction } from '../../keys/version-states.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { currentKey, resolveKeyChange } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { subjectOfKey } from '../resolve-key.js';
import { describeVersion, type VersionDescription } from './describe-version.js';

export interface VersionInput extends KeyInput {
  readonly version: number;
}

export interface VersionChanged extends VersionDescription {
  readonly keyId: string;
  /** Of the key, after the change. */
  readonly primaryVersion: number;
}

interface StateChange {
  readonly name: OperationName;
  readonly action: VersionAction;
  /** What becomes of the row besides its state; default nothing. */
  readonly rowOf?: (row: VersionRow, now: number) => VersionRow;
}

/** An operation that moves a version, never the primary, along one row of the table of states. */
export function changeVersionState({
  name,
  action,
  rowOf = (row) => row,
}: StateChange): ChangeOperation<VersionInput, ResolvedKey, VersionChanged> {
  return {
    name,
    resolve: resolveVersionChange(name),
    async run(deps, { snapshot }, { version }, commit) {
      const now = deps.engineClock.now();
      return commit([snapshot.key.keyringId], async (change) => {
        const current = await currentKey(change, snapshot);
        const row = mustHaveVersion(current, version);
        const state = nextVersionState(row.state, action, version === current.key.primaryVersion);
        const changed = { ...rowOf(row, now), state, changedAt: new Date(now) };
        change.putKey(current.key, [changed]);
        return {
          output: versionChanged(current.key, changed),
          detail: { from: row.state, to: state },
        };
      });
    },
  };
}

export function resolveVersionChange(name: OperationName) {
  const resolve = resolveKeyChange(name);
  return async (deps: Deps, input: VersionInput, arrival: Arrival): Promise<ResolvedKey> => {
    const resolved = await resolve(deps, input, arrival);
    const { snapshot } = resolved;
    // A record holds only numbers of versions that there are.
    return { ...resolved, subject: subjectOfKey(snapshot, snapshot.versions[input.version - 1]?.version) };
  };
}

/** @throws KmsError version-not-found */
export function mustHaveVersion({ key, versions }: KeySnapshot, version: number): VersionRow {
  const row = versions[version - 1];
  if (row) return row;
  const has = key.versionCount === 0 ? 'none yet' : `1 to ${key.versionCount}`;
  throw new KmsError('version-not-found', `the key has no version ${version}; it has ${has}`);
}

export function versionChanged(
  key: Pick<KeySnapshot['key'], 'id' | 'primaryVersion'>,
  row: Omit<VersionRow, 'revision'>,
): VersionChanged {
  return { ...describeVersion(key, row), keyId: key.id, primaryVersion: key.primaryVersion };
}
