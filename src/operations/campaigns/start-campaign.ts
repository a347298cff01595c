import { KmsError } from '../../errors.js';
import { mustBeUsable } from '../../keys/key-states.js';
import type { KeySnapshot } from '../../keys/records.js';
import { DAY, parseDuration } from '../../rotation/duration.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { currentKey, resolveKeyChange } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { mustHaveVersion } from '../versions/change-version-state.js';
import { campaignNotFound } from './campaign-not-found.js';
import { describeCampaign, type CampaignDescription } from './describe-campaign.js';
import { campaignDetail, mustBeRewrappable, newCampaign, STANDARD_QUIET_MS, versionsUnderWay } from './new-campaign.js';

/** Longer than use stays in the memory of a node. */
const LEAST_QUIET_MS = 10_000;
const MOST_QUIET_MS = 3650 * DAY;
const MAX_FROM = 1000;

export interface StartCampaignInput extends KeyInput {
  /** The versions to be left behind. */
  readonly from: readonly number[];
  /** The primary, which is where new ciphertexts are made. */
  readonly to?: 'primary';
  /** Without use of the old versions for so long, it closes by itself: `30d`, or ISO 8601. Default 30d. */
  readonly quiet?: string;
}

/** Gives applications a target: ciphertexts of a key under old versions are to be moved to its primary. */
export const startCampaign: ChangeOperation<StartCampaignInput, ResolvedKey, CampaignDescription> = {
  name: 'campaign.start',
  resolve: resolveKeyChange('campaign.start'),

  async run(deps, { snapshot }, { from, quiet }, commit, arrival) {
    const quietMs = quiet === undefined ? STANDARD_QUIET_MS : mustBeQuiet(quiet);
    const uses = await deps.usage.of(snapshot.key.id);
    const now = deps.engineClock.now();
    return commit([snapshot.key.keyringId], async (change) => {
      const current = await currentKey(change, snapshot);
      mustBeRewrappable(current.key);
      mustBeUsable(current.key, now);
      const versions = mustBeOld(current, from, await versionsUnderWay(change, current.key));
      const row = newCampaign(current, uses, { from: versions, quietMs, startedBy: arrival.caller.id, now });
      change.put('campaign', row);
      return { output: describeCampaign(row), detail: campaignDetail(row), resourceId: row.id };
    });
  },

  async repeat(deps, _resolved, id) {
    const [row] = await deps.ledger.listCampaigns({ id, limit: 1 });
    if (!row) throw campaignNotFound();
    return describeCampaign(row);
  },
};

/** @throws KmsError invalid-request */
function mustBeQuiet(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= LEAST_QUIET_MS && ms <= MOST_QUIET_MS) return ms;
  throw new KmsError('invalid-request', 'quiet: a duration such as "30d", from 10s to 10 years');
}

/** @returns the versions in their order, each once. @throws KmsError invalid-request, version-not-found, campaign-exists */
function mustBeOld(snapshot: KeySnapshot, from: readonly number[], underWay: ReadonlySet<number>): readonly number[] {
  const versions = [...new Set(from)].toSorted((a, b) => a - b);
  if (versions.length === 0 || versions.length > MAX_FROM) {
    throw new KmsError('invalid-request', `from: 1 to ${MAX_FROM} versions of the key`);
  }
  for (const version of versions) {
    const { state } = mustHaveVersion(snapshot, version);
    if (version === snapshot.key.primaryVersion) {
      throw new KmsError('invalid-transition', `from: version ${version} is the primary; rotate the key first`);
    }
    if (state === 'destroyed') {
      throw new KmsError('version-destroyed', `from: version ${version} was destroyed; nothing can be moved from it`);
    }
    if (underWay.has(version)) {
      throw new KmsError('campaign-exists', `from: an open campaign is about version ${version} already`);
    }
  }
  return versions;
}
