import type { OperationName } from '../../access/permissions.js';
import type { KeySnapshot } from '../../keys/records.js';
import { isUuid } from '../../keys/uuid.js';
import type { CampaignRow } from '../../rotation/records.js';
import { holdersOf, type Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';
import { needOnKey, resourceOfKey, subjectOfKey } from '../resolve-key.js';
import { campaignNotFound } from './campaign-not-found.js';

export interface CampaignInput {
  /** Id. */
  readonly campaign: string;
}

export interface ResolvedCampaign extends Resolved {
  readonly campaign: CampaignRow;
  readonly snapshot: KeySnapshot;
}

/** What every operation on one campaign resolves. It is not there for those who may not do this with its key. */
export function resolveCampaign(operation: OperationName) {
  return async (deps: Deps, { campaign: id }: CampaignInput, arrival: Arrival): Promise<ResolvedCampaign> => {
    const { access } = await deps.ledger.install();
    const now = deps.clock.now();
    if (!access.mayAnywhere(holdersOf(arrival), operation, now)) throw permissionDenied(operation);
    const found = await findCampaign(deps, id);
    if (!found || !may(access, arrival, operation, resourceOfKey(found.snapshot.key), now)) throw campaignNotFound();
    return resolvedOf(operation, found);
  };
}

/** For the schedule, which may. @throws KmsError campaign-not-found */
export async function resolveOwnCampaign(deps: Deps, { campaign: id }: CampaignInput): Promise<ResolvedCampaign> {
  const found = await findCampaign(deps, id);
  if (!found) throw campaignNotFound();
  return resolvedOf('campaign.close', found);
}

type Found = Pick<ResolvedCampaign, 'campaign' | 'snapshot'>;

/** With its key, as long as the keyring is there. */
async function findCampaign(deps: Deps, id: string): Promise<Found | undefined> {
  const [campaign] = isUuid(id) ? await deps.ledger.listCampaigns({ id, limit: 1 }) : [];
  const snapshot = campaign && (await keyOf(deps, campaign));
  return snapshot && { campaign, snapshot };
}

/** @returns undefined where the keyring was destroyed */
export async function keyOf(deps: Deps, { keyringId, keyId }: CampaignRow): Promise<KeySnapshot | undefined> {
  const { keyringsById } = await deps.ledger.install();
  return keyringsById.get(keyringId)?.state === 'enabled' ? deps.ledger.findKey(keyringId, keyId) : undefined;
}

function resolvedOf(operation: OperationName, { campaign, snapshot }: Found): ResolvedCampaign {
  return {
    campaign,
    snapshot,
    needs: [needOnKey(operation, snapshot)],
    subject: subjectOfKey(snapshot),
    scopes: [campaign.keyringId],
    // A number, to which no approval is bound: every report of an application moves it. That it is open is checked in the change.
    basis: [campaign.revision, snapshot],
  };
}
