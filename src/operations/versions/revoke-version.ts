import { KmsError } from '../../errors.js';
import { keyringsOf } from '../../keys/multi-region.js';
import { keyStateAt } from '../../keys/key-states.js';
import type { KeySnapshot, VersionRow } from '../../keys/records.js';
import { nextVersionState, REVOCATION_REASONS, type RevocationReason } from '../../keys/version-states.js';
import type { Change } from '../../ledger/ledger.js';
import { startByPolicy } from '../campaigns/start-by-policy.js';
import type { ResolvedKey } from '../keys/get-key.js';
import { nextVersion, putNextVersion, recordsOfCopies } from '../keys/next-version.js';
import { currentKey } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { subjectOfKey } from '../resolve-key.js';
import {
  mustHaveVersion,
  resolveVersionChange,
  versionChanged,
  type VersionChanged,
  type VersionInput,
} from './change-version-state.js';

export interface RevokeVersionInput extends VersionInput {
  readonly reason: RevocationReason;
}

/**
 * For good: the version refuses everything from now on. If it was the primary, a new version takes its place in the
 * same change; a key whose material was imported has none to take it, and is disabled.
 */
export const revokeVersion: ChangeOperation<RevokeVersionInput, ResolvedKey, VersionChanged> = {
  name: 'version.revoke',
  resolve: resolveVersionChange('version.revoke'),

  async run(deps, { snapshot }, { version, reason }, commit, arrival) {
    mustBeReason(reason);
    const { key } = snapshot;
    const isPrimary = version === key.primaryVersion;
    nextVersionState(mustHaveVersion(snapshot, version).state, 'revoke', isPrimary);
    const next = isPrimary && key.origin === 'generated' ? await nextVersion(deps, snapshot) : undefined;
    const uses = await deps.usage.of(key.id);
    const now = deps.engineClock.now();
    return commit(next ? keyringsOf(key) : [key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      const row = mustHaveVersion(current, version);
      if (current.key.primaryVersion !== key.primaryVersion) {
        throw new KmsError('conflict', 'the key was rotated meanwhile; try again');
      }
      const state = nextVersionState(row.state, 'revoke', isPrimary);
      const revoked = { ...row, state, reason, changedAt: new Date(now) };
      const after = next
        ? await putNextVersion(change, current, next, [revoked])
        : putWithoutNext(change, current, revoked, now);
      const detail = {
        from: row.state,
        to: state,
        reason,
        primaryVersion: after.primaryVersion,
        keyState: after.state,
        ...(await startByPolicy(deps, change, { after, versions: [version], reason }, uses, arrival)),
      };
      const own = { subject: subjectOfKey(snapshot, version), detail };
      return { output: versionChanged(after, revoked), records: [own, ...(next ? recordsOfCopies(key, next) : [])] };
    });
  },
};

/** @throws KmsError invalid-request */
export function mustBeReason(reason: RevocationReason): void {
  if (REVOCATION_REASONS.includes(reason)) return;
  throw new KmsError('invalid-request', `reason: one of ${REVOCATION_REASONS.join(', ')}`);
}

function putWithoutNext(change: Change, { key }: KeySnapshot, revoked: VersionRow, now: number): KeySnapshot['key'] {
  const isHalted = revoked.version === key.primaryVersion && ['enabled', 'pre-active'].includes(keyStateAt(key, now));
  const after = isHalted ? ({ ...key, state: 'disabled' } as const) : key;
  change.putKey(after, [revoked]);
  return after;
}
