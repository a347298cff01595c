import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { AuditFilters } from '../../audit/journal.js';
import { AuditRecordEntity } from '../entities/audit-record.entity.js';

const EQUAL = ['caller', 'operation', 'outcome', 'door', 'source', 'requestId'] as const;

/** A time bounds the indexes, by the spans: every index of the table is by index, none by time. */
const SINCE = `record.at >= :since and record.index >= (select min(block) << 12 from audit_span where latest >= :since)`;
const UNTIL = `record.at < :until and record.index < (select (max(block) + 1) << 12 from audit_span where earliest < :until)`;

/** @param ofKey what holds of a record of the key, in SQL */
export function recordsThat(
  database: DataSource,
  filters: AuditFilters,
  ofKey: string,
): SelectQueryBuilder<AuditRecordEntity> {
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
  if (since) select.andWhere(SINCE, { since });
  if (until) select.andWhere(UNTIL, { until });
  return select;
}
