import type { Approval, ApprovalState } from './approval-types.js';
import { eachItem, type Page, type Paging } from './page.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

export interface ApprovalFilters {
  readonly state?: ApprovalState;
}

/** Requests under dual control. Every method throws a KeysteadError. */
export class Approvals {
  constructor(private readonly transport: Transport) {}

  async list(query: ApprovalFilters & Paging = {}): Promise<Page<Approval>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/approvals', query: { ...query } });
  }

  all(filters: ApprovalFilters = {}): AsyncGenerator<Approval, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? filters : { ...filters, cursor }));
  }

  async get(id: string): Promise<Approval> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/approvals/${id}` });
  }

  /** Needs a second factor or a client certificate. */
  async approve(id: string): Promise<Approval> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/approvals/${id}/approve`, body: {} });
  }

  /** Ends the request. Needs a second factor or a client certificate. */
  async reject(id: string): Promise<Approval> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/approvals/${id}/reject`, body: {} });
  }

  /** Takes one's own request back. */
  async cancel(id: string): Promise<Approval> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/approvals/${id}/cancel`, body: {} });
  }
}
