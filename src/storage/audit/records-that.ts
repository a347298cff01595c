import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { AuditFilters } from '../../audit/journal.js';
import { AuditRecordEntity } from '../entities/audit-record.entity.js';

const EQUAL = ['caller', 'operation', 'outcome', 'door', 'source', 'requestId'] as const;

/** The places in which records of these times may be, by the spans: every index of the table is by place, none by time. */
const SPANS = `select coalesce(min(block) << 12, 0) as first, coalesce((max(block) + 1) << 12, 0) as end from audit_span
  where ($1::timestamptz is null or latest >= $1) and ($2::timestamptz is null or earliest < $2)`;

/** @param ofKey what holds of a record of the key, in SQL */
export async function recordsThat(
  database: DataSource,
  filters: AuditFilters,
  ofKey: string,
): Promise<SelectQueryBuilder<AuditRecordEntity>> {
  const select = database.createQueryBuilder(AuditRecordEntity, 'record');
  const { key, keyrings, contextHash, after, since, until } = filters;
  if (key !== undefined) select.andWhere(ofKey, { key, sourceKey: key });
  if (keyrings) select.andWhere('record.keyring = any(:keyrings)', { keyrings });
  for (const field of EQUAL) {
    if (filters[field] !== undefined) select.andWhere(`record.${field} = :${field}`, { [field]: filters[field] });
  }
  if (contextHash !== undefined) {
    select.andWhere(`record.detail -> 'contextHashes' @> to_jsonb(:contextHash::text)`, { contextHash });
  }
  if (after !== undefined) select.andWhere('record.index > :after', { after });
  if (since) select.andWhere('record.at >= :since', { since });
  if (until) select.andWhere('record.at < :until', { until });
  if (since || until) {
    const [places] = await database.query<Record<'first' | 'end', string>[]>(SPANS, [since ?? null, until ?? null]);
    select.andWhere('record.index >= :first and record.index < :end', places);
  }
  return select;
}
