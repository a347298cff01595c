import type { OperationName } from '../../access/permissions.js';
import type { ChangeOperation } from '../operation.js';
import { describeCampaign, type CampaignDescription } from './describe-campaign.js';
import { mustBeOpen } from './must-be-open.js';
import { resolveCampaign, type CampaignInput, type ResolvedCampaign } from './resolve-campaign.js';

/** It has done what it was for. */
export const closeCampaign = endCampaign('campaign.close', 'closed');

/** It is not wanted any more. */
export const cancelCampaign = endCampaign('campaign.cancel', 'cancelled');

function endCampaign(
  name: OperationName,
  state: 'closed' | 'cancelled',
): ChangeOperation<CampaignInput, ResolvedCampaign, CampaignDescription> {
  return {
    name,
    resolve: resolveCampaign(name),

    async run(deps, { campaign: { id, keyringId } }, _input, commit, arrival) {
      return commit([keyringId], async (change) => {
        const row = await mustBeOpen(change, keyringId, id);
        const endedAt = new Date(deps.engineClock.now());
        const ended = { ...row, state, endedAt, endedBy: arrival.caller.id };
        change.put('campaign', ended);
        return { output: describeCampaign(ended), detail: { campaign: id } };
      });
    },
  };
}
