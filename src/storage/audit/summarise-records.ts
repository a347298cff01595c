import type { DataSource } from 'typeorm';
import { summaryOf, type RecordCount } from '../../audit/summary-of.js';
import type { AuditFilters, AuditInterval, AuditSummary } from '../../audit/journal.js';
import { recordsThat } from './records-that.js';

const OF_KEY = '(record.key = :key or record.sourceKey = :key)';

type CountRow = Omit<RecordCount, 'count'> & { readonly count: string };

/** One reading, grouped by all that is counted. */
export async function summariseRecords(
  database: DataSource,
  filters: AuditFilters,
  interval: AuditInterval,
  behind: number,
): Promise<AuditSummary> {
  const records = await recordsThat(database, filters, OF_KEY);
  const rows = await records
    .select(`date_trunc('${interval}', record.at, 'UTC')`, 'from')
    .addSelect('record.outcome', 'outcome')
    .addSelect('record.operation', 'operation')
    .addSelect('count(*)', 'count')
    .groupBy('1, 2, 3')
    .getRawMany<CountRow>();
  return summaryOf(
    rows.map((row) => ({ ...row, count: Number(row.count) })),
    behind,
  );
}
