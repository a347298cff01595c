import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { AuditFilters } from '../../audit/journal.js';
import { AuditRecordEntity } from '../entities/audit-record.entity.js';

const EQUAL = ['caller', 'operation', 'outcome', 'door', 'source', 'requestId'] as const;

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
  if (since) select.andWhere('record.at >= :since', { since });
  if (until) select.andWhere('record.at < :until', { until });
  return select;
}
