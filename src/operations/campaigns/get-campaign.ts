import type { UseOperation } from '../operation.js';
import { describeCampaign, type CampaignDescription } from './describe-campaign.js';
import { closesAt, oldUses } from './old-uses.js';
import { resolveCampaign, type CampaignInput, type ResolvedCampaign } from './resolve-campaign.js';

/** A campaign, and how much still arrives under the old versions. */
export interface CampaignProgress extends CampaignDescription {
  /** In the header of every ciphertext of the key. */
  readonly lineageId: string;
  readonly traffic: {
    /** Of the key since the start, also those that were refused for the state of the version. */
    readonly decryptions: number;
    readonly underOld: number;
    /** The part that is under old versions, 0 to 1; null: there was no traffic. */
    readonly oldShare: number | null;
    /** Of the old versions, also before the start. */
    readonly lastUsedAt: Date | null;
    readonly lastUsedBy: string | null;
  };
  /** Unless somebody uses an old version again; null: it has ended. */
  readonly closesAt: Date | null;
}

/** Of all nodes up to 5 seconds ago, of this one up to now. */
export const getCampaign: UseOperation<CampaignInput, ResolvedCampaign, CampaignProgress> = {
  name: 'campaign.describe',
  resolve: resolveCampaign('campaign.describe'),

  async run(deps, { campaign, snapshot }) {
    const uses = oldUses(await deps.usage.of(campaign.keyId), campaign.fromVersions);
    const decryptions = Math.max(0, uses.all - campaign.usesBefore);
    const underOld = Math.max(0, uses.old - campaign.oldUsesBefore);
    return {
      output: {
        ...describeCampaign(campaign),
        lineageId: snapshot.key.lineageId,
        traffic: {
          decryptions,
          underOld,
          oldShare: decryptions === 0 ? null : Math.min(1, underOld / decryptions),
          lastUsedAt: uses.last?.usedAt ?? null,
          lastUsedBy: uses.last?.usedBy ?? null,
        },
        closesAt: campaign.state === 'open' ? new Date(closesAt(campaign, uses)) : null,
      },
      detail: { campaign: campaign.id },
    };
  },
};
