import type { DataSource } from 'typeorm';
import type { CampaignQuery } from '../../ledger/ledger.js';
import { CampaignEntity } from '../entities/campaign.entity.js';

/** Where the campaigns of one page are, newest first: by keyring their ids, to be read and verified there. */
export async function findCampaignIds(
  dataSource: DataSource,
  { limit, before, keyringIds, ...exact }: CampaignQuery,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const select = dataSource
    .createQueryBuilder(CampaignEntity, 'campaign')
    .select(['campaign.keyringId as "keyringId"', 'campaign.id as "id"'])
    .where(exact);
  if (keyringIds) select.andWhere('campaign.keyringId = any(:keyringIds)', { keyringIds });
  if (before !== undefined) select.andWhere('campaign.id < :before', { before });
  const rows = await select
    .orderBy('campaign.id', 'DESC')
    .limit(limit)
    .getRawMany<{ readonly keyringId: string; readonly id: string }>();
  const ids = new Map<string, string[]>();
  for (const { keyringId, id } of rows) ids.set(keyringId, [...(ids.get(keyringId) ?? []), id]);
  return ids;
}
