import {
  Journal,
  type AuditFilters,
  type AuditInterval,
  type AuditQuery,
  type AuditSummary,
  type DataKeysQuery,
  type FoundRecord,
  type FoundRecords,
} from '../../src/audit/journal.js';
import { summaryOf } from '../../src/audit/summary-of.js';
import type { AuditRecord } from '../../src/audit/record.js';
import type { MemoryLedger } from './memory-ledger.js';

/** The records of a ledger in memory, searched as they are. */
export class MemoryJournal extends Journal {
  constructor(private readonly ledger: MemoryLedger) {
    super();
  }

  override async append(record: AuditRecord, scopes: readonly string[]): Promise<readonly number[]> {
    this.ledger.records.push(record);
    return scopes.map((scope) => this.ledger.revisions.get(scope) ?? 0);
  }

  override async search(query: AuditQuery): Promise<FoundRecords> {
    return { records: this.#find(query), behind: 0 };
  }

  override async rebuild(): Promise<number> {
    return this.ledger.records.length;
  }

  #find(query: AuditQuery): FoundRecord[] {
    const passes = (record: AuditRecord) =>
      (query.keyrings === undefined || (record.keyring !== null && query.keyrings.includes(record.keyring))) &&
      (query.key === undefined || record.key === query.key || record.detail['sourceKeyId'] === query.key) &&
      (['caller', 'operation', 'outcome'] as const).every(
        (column) => query[column] === undefined || record[column] === query[column],
      ) &&
      (query.since === undefined || record.at >= query.since) &&
      (query.until === undefined || record.at < query.until) &&
      (query.contextHash === undefined ||
        ((record.detail['contextHashes'] ?? []) as readonly string[]).includes(query.contextHash)) &&
      (['door', 'source', 'requestId'] as const).every(
        (column) => query[column] === undefined || record[column] === query[column],
      );
    const sign = query.order === 'oldest' ? 1 : -1;
    const isThere = ({ index }: FoundRecord) =>
      index > (query.after ?? -1) && (query.beyond === undefined || sign * (index - query.beyond) > 0);
    const sorted = this.ledger.records
      .map((record, index) => ({ ...record, index }))
      .toSorted((a, b) => sign * (a.index - b.index));
    return sorted.filter((record) => passes(record) && isThere(record)).slice(0, query.limit);
  }

  override async summarise(filters: AuditFilters, interval: AuditInterval): Promise<AuditSummary> {
    const length = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[interval];
    const found = await this.query({ ...filters, order: 'oldest', limit: Infinity });
    const from = (at: Date) => new Date(Math.floor(at.getTime() / length) * length);
    return summaryOf(
      found.map(({ at, outcome, operation }) => ({ from: from(at), outcome, operation, count: 1 })),
      0,
    );
  }

  override async dataKeysUnder({ key, version, before = Infinity, limit }: DataKeysQuery): Promise<FoundRecord[]> {
    const newestFirst = this.#find({ key, limit: Infinity });
    const isMeant = (record: FoundRecord) => record.index < before && versionsOf(record).includes(version);
    return newestFirst
      .filter((record) => record.key === key && wrapsDataKeys(record) && isMeant(record))
      .slice(0, limit);
  }
}

function wrapsDataKeys({ outcome, operation, detail }: AuditRecord): boolean {
  const isOne = ['data-key', 'data-key-pair'].includes(operation) || detail['dataKeys'] !== undefined;
  return outcome === 'success' && isOne;
}

/** What `detail.versions` of a batch on several versions says. */
function versionsOf({ version, detail }: AuditRecord): readonly unknown[] {
  return Array.isArray(detail['versions']) ? detail['versions'] : [version];
}
