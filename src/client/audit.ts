import { eachItem, type Page } from './page.js';
import type { AuditFilters, AuditQuery, AuditRecord } from './audit-types.js';
import type { Transport } from './transport.js';

/** What was done with every key, and by whom. Every method throws a KeysteadError. */
export class Audit {
  constructor(private readonly transport: Transport) {}

  /** One page, newest first. */
  async records(query: AuditQuery = {}): Promise<Page<AuditRecord>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/audit/records', query: { ...query } });
  }

  all(filters: AuditFilters & { readonly limit?: number } = {}): AsyncGenerator<AuditRecord, void> {
    return eachItem((cursor) => this.records(cursor === undefined ? filters : { ...filters, cursor }));
  }
}
