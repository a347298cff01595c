import { KmsError } from '../../errors.js';
import { keyringsOf } from '../../keys/multi-region.js';
import { keyStateAt } from '../../keys/key-states.js';
import type { RevocationReason } from '../../keys/version-states.js';
import type { ChangeOperation } from '../operation.js';
import { subjectOfKey } from '../resolve-key.js';
import { startByPolicy } from '../campaigns/start-by-policy.js';
import { mustBeReason } from '../versions/revoke-version.js';
import { describeKey, type KeyDescription } from './describe-key.js';
import type { KeyInput, ResolvedKey } from './get-key.js';
import { nextVersion, putNextVersion, recordsOfCopies } from './next-version.js';
import { currentKey, resolveKeyChange } from './resolve-key-change.js';

export interface RevokeKeyInput extends KeyInput {
  readonly reason: RevocationReason;
  /** Makes a new version, so that the key goes on with that. Default: the key is disabled, until this is done. */
  readonly replace?: boolean;
}

/** For good: every version of the key refuses everything from now on. */
export const revokeKey: ChangeOperation<RevokeKeyInput, ResolvedKey, KeyDescription> = {
  name: 'key.revoke',
  resolve: resolveKeyChange('key.revoke'),

  async run(deps, { snapshot }, { reason, replace = false }, commit, arrival) {
    mustBeReason(reason);
    if (replace && snapshot.key.origin === 'imported') {
      throw new KmsError(
        'unsupported-operation',
        'replace: the material of this key was imported, so the service cannot make a new version',
      );
    }
    const next = replace ? await nextVersion(deps, snapshot) : undefined;
    const uses = await deps.usage.of(snapshot.key.id);
    const now = next?.row.createdAt ?? new Date(deps.engineClock.now());
    return commit(next ? keyringsOf(snapshot.key) : [snapshot.key.keyringId], async (change) => {
      const { key, versions } = await currentKey(change, snapshot);
      const before = keyStateAt(key, now.getTime());
      if (before !== 'enabled' && before !== 'disabled' && before !== 'pre-active') {
        throw new KmsError('invalid-transition', `the key is ${before}: it cannot be revoked in this state`);
      }
      const live = versions.filter(({ state }) => state !== 'revoked' && state !== 'destroyed');
      const revoked = live.map((row) => ({ ...row, state: 'revoked', reason, changedAt: now }) as const);
      const after = next
        ? await putNextVersion(change, { key: { ...key, state: before }, versions }, next, revoked)
        : ({ ...key, state: 'disabled' } as const);
      if (!next) change.putKey(after, revoked);
      const numbers = revoked.map(({ version }) => version);
      const campaign = await startByPolicy(deps, change, { after, versions: numbers, reason }, uses, arrival);
      return {
        output: describeKey({ key: after }, now.getTime()),
        records: [
          {
            subject: subjectOfKey(snapshot),
            detail: { reason, versions: numbers, from: before, to: after.state, ...campaign },
          },
          ...(next ? recordsOfCopies(key, next) : []),
        ],
      };
    });
  },
};
