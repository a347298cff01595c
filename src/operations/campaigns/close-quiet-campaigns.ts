import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { Deps } from '../deps.js';
import type { Kms } from '../kms.js';
import type { ChangeOperation } from '../operation.js';
import { closesAt, oldUses } from './old-uses.js';
import { resolveOwnCampaign, type CampaignInput, type ResolvedCampaign } from './resolve-campaign.js';

const CLOSED_A_RUN = 1000;

/**
 * Closes campaigns whose old versions have been quiet for the agreed time.
 * @param isStopping then no further one is begun
 * @returns how many this node closed, and how many failed
 */
export async function closeQuietCampaigns(
  kms: Kms,
  deps: Deps,
  isStopping: () => boolean,
): Promise<{ closed: number; failed: number }> {
  const arrival = kms.arriveAsSystem('system:rotation', uuidv7());
  let [closed, failed] = [0, 0];
  for (const { id } of await deps.maintenance.quietCampaigns(new Date(deps.engineClock.now()), CLOSED_A_RUN)) {
    if (isStopping()) break;
    // One that fails must not hold up the others; the failure is recorded where it happened.
    const changed = await kms.change(closeQuietCampaign, { campaign: id }, arrival).catch(() => undefined);
    if (!changed) failed += 1;
    else if (changed.output) closed += 1;
  }
  return { closed, failed };
}

/** For the schedule alone: decided again inside the change, so that of several nodes one does it. @returns whether this one did */
const closeQuietCampaign: ChangeOperation<CampaignInput, ResolvedCampaign, boolean> = {
  name: 'campaign.close',
  resolve: resolveOwnCampaign,

  async run(deps, { campaign }, _input, commit, arrival) {
    const { id, keyringId, keyId, fromVersions } = campaign;
    const uses = oldUses(await deps.usage.of(keyId), fromVersions);
    const now = deps.engineClock.now();
    if (campaign.state !== 'open' || closesAt(campaign, uses) > now) return false;
    return commit([keyringId], async (change) => {
      const row = await change.find('campaign', `${keyringId}/${id}`);
      if (row?.state !== 'open') throw new KmsError('conflict', 'the campaign was ended meanwhile');
      change.put('campaign', { ...row, state: 'closed', endedAt: new Date(now), endedBy: arrival.caller.id });
      const lastUsedAt = uses.last?.usedAt.toISOString() ?? null;
      return { output: true, detail: { campaign: id, rule: 'quiet', quietMs: row.quietMs, lastUsedAt } };
    });
  },
};
