import { AuditLog } from './audit-log.js';
import { route } from './route.js';
import { eachItem } from './page.js';
import type { AuditFilters, AuditPage, AuditQuery, AuditRecord, AuditSummary } from './audit-types.js';
import type { AuditHold, CreateHoldInput } from './audit-settings-types.js';
import type { Transport } from './transport.js';

/** What was done with every key, and by whom. Every method throws a KeysteadError. */
export class Audit {
  /** The log as a whole, for whoever verifies it. */
  readonly log: AuditLog;

  constructor(private readonly transport: Transport) {
    this.log = new AuditLog(transport);
  }

  /** One page. */
  async records(query: AuditQuery = {}): Promise<AuditPage> {
    return this.transport.call({ method: 'GET', path: '/api/v1/audit/records', query: { ...query } });
  }

  /** The bytes of one record, as they are in the log: canonical JSON. */
  async record(index: number): Promise<Buffer> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/audit/records/${index}`, raw: true });
  }

  /**
   * That the record is in the log, with a checkpoint: a C2SP tlog-proof.
   * @param size of a checkpoint that there is; default: the newest
   */
  async proof(index: number, size?: number): Promise<string> {
    const path = route`/api/v1/audit/records/${index}/proof`;
    const call = { method: 'GET', path, query: { size }, raw: true } as const;
    return (await this.transport.call<Buffer>(call)).toString('utf8');
  }

  /** Counts by outcome, by operation and over time; of the last 24 hours unless `since` says otherwise. */
  async summary(filters: AuditFilters & { readonly interval?: AuditSummary['interval'] } = {}): Promise<AuditSummary> {
    return this.transport.call({ method: 'GET', path: '/api/v1/audit/summary', query: { ...filters } });
  }

  /** What stands in the records for a value of an encryption context: search by it. For those who may read every record. */
  async contextHash(name: string, value: string): Promise<string> {
    const call = { method: 'POST', path: '/api/v1/audit/hash', body: { name, value } } as const;
    return (await this.transport.call<{ readonly hash: string }>(call)).hash;
  }

  /** From the first such record on nothing is dropped. The settings list the holds. */
  async createHold(input: CreateHoldInput): Promise<AuditHold> {
    return this.transport.call({ method: 'POST', path: '/api/v1/audit/holds', body: input, creates: true });
  }

  /** Guarded. */
  async deleteHold(id: string): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: route`/api/v1/audit/holds/${id}` });
  }

  /** Has what is searched made again from the log, while the service runs. @returns how many records */
  async rebuildIndex(): Promise<number> {
    const call = { method: 'POST', path: '/api/v1/audit/index/rebuild' } as const;
    return (await this.transport.call<{ readonly records: number }>(call)).records;
  }

  /** Page after page. */
  all(filters: Omit<AuditQuery, 'cursor'> = {}): AsyncGenerator<AuditRecord, void> {
    return eachItem((cursor) => this.records(cursor === undefined ? filters : { ...filters, cursor }));
  }
}
