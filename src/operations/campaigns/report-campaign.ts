import { KmsError } from '../../errors.js';
import type { ChangeOperation } from '../operation.js';
import { describeCampaign, type CampaignDescription } from './describe-campaign.js';
import { mustBeOpen } from './must-be-open.js';
import { resolveCampaign, type CampaignInput, type ResolvedCampaign } from './resolve-campaign.js';

const MOST_AT_ONCE = 1_000_000_000;

/** Ciphertexts since the last report. */
export interface ReportCampaignInput extends CampaignInput {
  readonly rewrapped: number;
  /** They were done before. */
  readonly skipped: number;
  readonly failed: number;
}

/** What an application says that it did: for people to see, and nothing is decided by it. */
export const reportCampaign: ChangeOperation<ReportCampaignInput, ResolvedCampaign, CampaignDescription> = {
  name: 'campaign.report',
  resolve: resolveCampaign('campaign.report'),

  async run(deps, { campaign: { id, keyringId } }, { rewrapped, skipped, failed }, commit, arrival) {
    const counts = { rewrapped, skipped, failed };
    for (const [name, count] of Object.entries(counts)) mustBeCount(name, count);
    return commit([keyringId], async (change) => {
      const row = await mustBeOpen(change, keyringId, id);
      const reported = {
        ...row,
        rewrapped: row.rewrapped + rewrapped,
        skipped: row.skipped + skipped,
        failed: row.failed + failed,
        reportedAt: new Date(deps.engineClock.now()),
        reportedBy: arrival.caller.id,
      };
      change.put('campaign', reported);
      return { output: describeCampaign(reported), detail: { campaign: id, ...counts }, resourceId: id };
    });
  },

  repeat: async (_deps, { campaign }) => describeCampaign(campaign),
};

function mustBeCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= MOST_AT_ONCE) return;
  throw new KmsError('invalid-request', `${name}: a whole number from 0 to ${MOST_AT_ONCE}`);
}
