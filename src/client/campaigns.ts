import type {
  Campaign,
  CampaignFilters,
  CampaignProgress,
  RewrapCounts,
  StartCampaignInput,
} from './campaign-types.js';
import { eachItem, type Page, type Paging } from './page.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

/** Rewrap campaigns; `client.rewrapAll` takes part in one. Every method throws a KeysteadError. */
export class Campaigns {
  constructor(
    private readonly transport: Transport,
    private readonly keyring: string,
  ) {}

  /** For a key of the client's keyring. */
  async start(input: StartCampaignInput): Promise<Campaign> {
    const body = { keyring: this.keyring, ...input };
    return this.transport.call({ method: 'POST', path: '/api/v1/campaigns', body, creates: true });
  }

  /** One page, newest first. */
  async list(query: CampaignFilters & Paging = {}): Promise<Page<Campaign>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/campaigns', query: { ...query } });
  }

  all(filters: CampaignFilters & { readonly limit?: number } = {}): AsyncGenerator<Campaign, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? filters : { ...filters, cursor }));
  }

  /** How far it is, and how much still arrives under the old versions. */
  async get(id: string): Promise<CampaignProgress> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/campaigns/${id}` });
  }

  /** @param counts since the last report */
  async report(id: string, counts: RewrapCounts): Promise<Campaign> {
    const path = route`/api/v1/campaigns/${id}/report`;
    return this.transport.call({ method: 'POST', path, body: counts, creates: true });
  }

  /** It has done what it was for. */
  async close(id: string): Promise<Campaign> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/campaigns/${id}/close`, body: {} });
  }

  /** It is not wanted any more. */
  async cancel(id: string): Promise<Campaign> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/campaigns/${id}/cancel`, body: {} });
  }
}
