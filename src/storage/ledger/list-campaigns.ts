import type { DataSource } from 'typeorm';
import type { CampaignQuery } from '../../ledger/ledger.js';

/** Where the campaigns of one page are, newest first: by keyring their ids, to be read and verified there. */
export async function findCampaignIds(
  dataSource: DataSource,
  query: CampaignQuery,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { sql, values } = campaignIdsStatement(query);
  const rows = await dataSource.query<{ readonly keyringId: string; readonly id: string }[]>(sql, values);
  const ids = new Map<string, string[]>();
  for (const { keyringId, id } of rows) ids.set(keyringId, [...(ids.get(keyringId) ?? []), id]);
  return ids;
}

/** Every filter has an index in the page's order; of several keyrings each gives at most one page. */
export function campaignIdsStatement({ id, keyringIds, keyId, state, before, limit }: CampaignQuery): {
  readonly sql: string;
  readonly values: unknown[];
} {
  const values: unknown[] = [limit];
  const conditions: string[] = [];
  const must = (condition: string, value: unknown) => {
    if (value !== undefined) conditions.push(`${condition} $${values.push(value)}`);
  };
  must('id =', id);
  must('key_id =', keyId);
  must('state =', state);
  must('id <', before);
  const page = keyringIds
    ? `select page.* from unnest($${values.push(keyringIds)}::uuid[]) ring
         cross join lateral (${pageOf(['keyring_id = ring', ...conditions])}) page order by id desc limit $1`
    : pageOf(conditions);
  return { sql: `select keyring_id as "keyringId", id from (${page}) campaigns order by id desc`, values };
}

/** Its limit is the first value. */
function pageOf(where: readonly string[]): string {
  const conditions = where.length > 0 ? `where ${where.join(' and ')}` : '';
  return `select keyring_id, id from campaign ${conditions} order by id desc limit $1`;
}
