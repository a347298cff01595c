import type { AccessView } from '../../access/access-view.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { CampaignQuery } from '../../ledger/ledger.js';
import type { CampaignRow, CampaignState } from '../../rotation/records.js';
import { holdersOf, type Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { Resolved, UseOperation } from '../operation.js';
import { cursorId, cursorOf, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import { findKey, findKeyring, resourceOfKey } from '../resolve-key.js';
import { describeCampaign, type CampaignDescription } from './describe-campaign.js';
import { keyOf } from './resolve-campaign.js';

const AT_A_TIME = 200;
/** A page ends after so many, although the caller may see few of them: the next one goes on from there. */
const MOST_LOOKED_AT = 1000;

type Unlimited = Omit<CampaignQuery, 'limit'>;

export interface ListCampaignsInput extends PageInput {
  /** Id or name. */
  readonly keyring?: string;
  /** Id, name or alias; in the keyring, or in `default`. */
  readonly key?: string;
  readonly state?: CampaignState;
}

interface ResolvedCampaigns extends Resolved {
  readonly rows: readonly CampaignRow[];
  readonly limit: number;
  /** Id of the campaign after which the page was ended before it was full. */
  readonly stoppedAt: string | undefined;
}

/** Those about keys for which one holds the permission, newest first. A page may hold fewer than asked for, or none, and not be the last. */
export const listCampaigns: UseOperation<ListCampaignsInput, ResolvedCampaigns, Page<CampaignDescription>> = {
  name: 'campaign.list',

  async resolve(deps, input, arrival) {
    const install = await deps.ledger.install();
    if (!install.access.mayAnywhere(holdersOf(arrival), 'campaign.list', deps.clock.now())) {
      throw permissionDenied('campaign.list');
    }
    const limit = pageLimit(input);
    const query = await queryOf(deps, input, arrival);
    const { found, stoppedAt } = await visibleCampaigns(deps, query, arrival, limit);
    const rows = found.map(({ row }) => row);
    return {
      rows,
      limit,
      stoppedAt,
      needs: [],
      subject: { resource: 'install' },
      scopes: [...new Set(rows.map(({ keyringId }) => keyringId))],
      basis: [install, ...new Set(found.map(({ snapshot }) => snapshot)), ...rows.map(({ revision }) => revision)],
    };
  },

  run(_deps, { rows, limit, stoppedAt }) {
    const page = pageOf(rows, limit, ({ id }) => id, describeCampaign);
    const output = stoppedAt === undefined ? page : { ...page, nextCursor: cursorOf(stoppedAt) };
    return { output, detail: { items: output.items.length } };
  },
};

/** What is looked at: only keyrings and keys where the caller may see any, named or not. @throws KmsError permission-denied */
async function queryOf(deps: Deps, input: ListCampaignsInput, arrival: Arrival): Promise<Unlimited> {
  const { access } = await deps.ledger.install();
  const now = deps.clock.now();
  const { key, state, keyring = key === undefined ? undefined : 'default' } = input;
  const before = cursorId(input);
  const allowed = keyringsFor(access, arrival, now);
  const page = { ...(state && { state }), ...(before !== undefined && { before }) };
  if (keyring === undefined) return { ...page, ...(allowed && { keyringIds: allowed }) };
  const { id } = await findKeyring(deps, keyring, 'campaign.list', arrival);
  if (allowed && !allowed.includes(id)) throw permissionDenied('campaign.list');
  if (key === undefined) return { ...page, keyringIds: [id] };
  const { key: named } = await findKey(deps, { keyring: id, key }, 'campaign.list', arrival);
  if (!may(access, arrival, 'campaign.list', resourceOfKey(named), now)) throw permissionDenied('campaign.list');
  return { ...page, keyringIds: [id], keyId: named.id };
}

/** Ids of keyrings; undefined: all. */
function keyringsFor(access: AccessView, arrival: Arrival, now: number): readonly string[] | undefined {
  const holders = [holdersOf(arrival)].flat();
  const scopes = holders.flatMap((holder) => access.scopesOf(holder, (name) => name === 'campaign.list', now));
  const keyrings = new Set<string>();
  for (const scope of scopes) {
    if ('everything' in scope) return undefined;
    keyrings.add(scope.keyring);
  }
  return [...keyrings];
}

interface Visible {
  readonly row: CampaignRow;
  readonly snapshot: KeySnapshot;
}

/** Up to one more than the limit. */
async function visibleCampaigns(
  deps: Deps,
  query: Unlimited,
  arrival: Arrival,
  limit: number,
): Promise<{ readonly found: readonly Visible[]; readonly stoppedAt?: string | undefined }> {
  const { access } = await deps.ledger.install();
  const found: Visible[] = [];
  let { before } = query;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += AT_A_TIME) {
    const rows = await deps.ledger.listCampaigns({ ...query, ...(before && { before }), limit: AT_A_TIME });
    for (const row of rows) {
      const snapshot = await keyOf(deps, row);
      if (!snapshot || !may(access, arrival, 'campaign.list', resourceOfKey(snapshot.key), deps.clock.now())) continue;
      found.push({ row, snapshot });
      if (found.length > limit) return { found };
    }
    before = rows.at(-1)?.id;
    if (rows.length < AT_A_TIME) return { found };
  }
  return { found, stoppedAt: before };
}
