import { KmsError } from '../../errors.js';
import { nextVersionState } from '../../keys/version-states.js';
import { writeDuration } from '../../rotation/duration.js';
import { destroyedVersion } from '../keys/destroy-key.js';
import { currentKey } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { candidatesFor, mustBePolicies, policyBasis } from '../policies/policy-in-force.js';
import { quietOf } from '../policies/policy-move.js';
import type { PolicyRows } from '../../rotation/records.js';
import type { ResolvedKey } from '../keys/get-key.js';
import {
  mustHaveVersion,
  resolveVersionChange,
  versionChanged,
  type VersionChanged,
  type VersionInput,
} from './change-version-state.js';

export interface DestroyVersionInput extends VersionInput {
  /** Also a version that somebody used, or tried to use, a short time ago: only where several people must agree. */
  readonly force?: boolean;
}

interface ResolvedDestruction extends ResolvedKey {
  readonly rows: PolicyRows;
}

/**
 * The material is gone at once and for ever; only of a version that is retired, disabled or revoked. One that was used within the
 * quiet time of the key's policy (`destroy.after`) is refused, unless it is forced under dual control.
 */
export const destroyVersion: ChangeOperation<DestroyVersionInput, ResolvedDestruction, VersionChanged> = {
  name: 'version.destroy',

  async resolve(deps, input, arrival) {
    const resolved = await resolveDestruction(deps, input, arrival);
    const { keyringId, id } = resolved.snapshot.key;
    const rows = await deps.ledger.findPolicies(keyringId, id);
    return { ...resolved, rows, basis: [...resolved.basis, ...policyBasis(rows)] };
  },

  async run(deps, { snapshot, rows }, { version, force = false }, commit) {
    const use = (await deps.usage.of(snapshot.key.id)).get(version);
    const now = deps.engineClock.now();
    return commit([snapshot.key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      const row = mustHaveVersion(current, version);
      nextVersionState(row.state, 'destroy', version === current.key.primaryVersion);
      const [held] = candidatesFor(current.key, await mustBePolicies(change, current.key, rows));
      const quiet = quietOf(held?.policy.document ?? null);
      const isInUse = use !== undefined && use.usedAt.getTime() > now - quiet;
      const { keyringId } = current.key;
      if (isInUse && !(force && change.install.keyringsById.get(keyringId)?.dualControl)) {
        throw new KmsError(
          'version-in-use',
          `version ${version} was used or asked for at ${use.usedAt.toISOString()}, and the key's policy wants ${writeDuration(quiet)} of quiet; wait, or force it in a keyring with dual control`,
        );
      }
      const changed = destroyedVersion(row, now);
      change.putKey(current.key, [changed]);
      return {
        output: versionChanged(current.key, changed),
        detail: { from: row.state, to: changed.state, ...(isInUse && { forced: true }) },
        ...(isInUse && { guarded: { reason: 'version-in-use', places: [keyringId] } as const }),
      };
    });
  },
};

const resolveDestruction = resolveVersionChange('version.destroy');
