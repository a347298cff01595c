import type { KeySnapshot } from '../../keys/records.js';
import type { CampaignQuery, InstallView } from '../../ledger/ledger.js';
import type { CampaignRow, CampaignState } from '../../rotation/records.js';
import { holdersOf, type Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { Resolved, UseOperation } from '../operation.js';
import { cursorId, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import { findKey, findKeyring, resourceOfKey } from '../resolve-key.js';
import { describeCampaign, type CampaignDescription } from './describe-campaign.js';
import { keyOf } from './resolve-campaign.js';

const AT_A_TIME = 200;

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
}

/** Those about keys for which one holds the permission, newest first. */
export const listCampaigns: UseOperation<ListCampaignsInput, ResolvedCampaigns, Page<CampaignDescription>> = {
  name: 'campaign.list',

  async resolve(deps, input, arrival) {
    const install = await deps.ledger.install();
    if (!install.access.mayAnywhere(holdersOf(arrival), 'campaign.list', deps.clock.now())) {
      throw permissionDenied('campaign.list');
    }
    const limit = pageLimit(input);
    const query = await queryOf(deps, input, arrival);
    const rows: CampaignRow[] = [];
    const snapshots = new Set<KeySnapshot>();
    for await (const { row, snapshot } of visibleCampaigns(deps, query, arrival)) {
      rows.push(row);
      snapshots.add(snapshot);
      if (rows.length > limit) break;
    }
    mustBeNamedToSome(install, query, rows, arrival, deps.clock.now());
    return {
      rows,
      limit,
      needs: [],
      subject: { resource: 'install' },
      scopes: [...new Set(rows.map(({ keyringId }) => keyringId))],
      basis: [install, ...snapshots, ...rows.map(({ revision }) => revision)],
    };
  },

  run(_deps, { rows, limit }) {
    const output = pageOf(rows, limit, ({ id }) => id, describeCampaign);
    return { output, detail: { items: output.items.length } };
  },
};

/** A keyring or key in which there is nothing for the caller is not told from one that is not there. @throws KmsError permission-denied */
function mustBeNamedToSome(
  { access }: InstallView,
  { keyringId }: Omit<CampaignQuery, 'limit'>,
  rows: readonly CampaignRow[],
  arrival: Arrival,
  now: number,
): void {
  if (keyringId === undefined || rows.length > 0) return;
  if (may(access, arrival, 'campaign.list', { kind: 'keyring', keyringId }, now)) return;
  throw permissionDenied('campaign.list');
}

async function queryOf(deps: Deps, input: ListCampaignsInput, arrival: Arrival): Promise<Omit<CampaignQuery, 'limit'>> {
  const { key, state, keyring = key === undefined ? undefined : 'default' } = input;
  const before = cursorId(input);
  const named = keyring === undefined ? undefined : await findKeyring(deps, keyring, 'campaign.list', arrival);
  const keyId =
    named && key !== undefined
      ? (await findKey(deps, { keyring: named.id, key }, 'campaign.list', arrival)).key.id
      : undefined;
  return {
    ...(named && { keyringId: named.id }),
    ...(keyId !== undefined && { keyId }),
    ...(state && { state }),
    ...(before !== undefined && { before }),
  };
}

async function* visibleCampaigns(
  deps: Deps,
  query: Omit<CampaignQuery, 'limit'>,
  arrival: Arrival,
): AsyncGenerator<{ readonly row: CampaignRow; readonly snapshot: KeySnapshot }, void> {
  const { access } = await deps.ledger.install();
  let { before } = query;
  for (;;) {
    const rows = await deps.ledger.listCampaigns({ ...query, ...(before && { before }), limit: AT_A_TIME });
    for (const row of rows) {
      const snapshot = await keyOf(deps, row);
      if (snapshot && may(access, arrival, 'campaign.list', resourceOfKey(snapshot.key), deps.clock.now())) {
        yield { row, snapshot };
      }
    }
    before = rows.at(-1)?.id;
    if (rows.length < AT_A_TIME) return;
  }
}
