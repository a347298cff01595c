import { KmsError } from '../../errors.js';
import type { Change } from '../../ledger/ledger.js';
import type { CampaignRow } from '../../rotation/records.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import { campaignNotFound } from './campaign-not-found.js';

/** The campaign as it is in a change. @throws KmsError invalid-transition, keyring-destroyed */
export async function mustBeOpen(change: Change, keyringId: string, id: string): Promise<CampaignRow> {
  mustBeLive(change, keyringId);
  const row = await change.find('campaign', `${keyringId}/${id}`);
  if (!row) throw campaignNotFound();
  if (row.state === 'open') return row;
  throw new KmsError('invalid-transition', `the campaign is ${row.state}`);
}
