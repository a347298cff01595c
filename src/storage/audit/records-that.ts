import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { AuditQuery } from '../../audit/journal.js';
import { isUuid } from '../../keys/uuid.js';
import { AuditRecordEntity } from '../entities/audit-record.entity.js';
import { contextUuid } from './record-columns.js';

const EQUAL = ['caller', 'operation', 'outcome', 'door', 'source'] as const;

/** The places in which records of these times may be, by the spans: every index of the table is by place, none by time. */
const SPANS = `select coalesce(min(block) << 12, 0) as first, coalesce((max(block) + 1) << 12, 0) as end from audit_span
  where ($1::timestamptz is null or latest >= $1) and ($2::timestamptz is null or earliest < $2)`;

/** @param ofKey what holds of a record of the key, in SQL */
export async function recordsThat(
  database: DataSource,
  query: Omit<AuditQuery, 'limit'>,
  ofKey: string,
): Promise<SelectQueryBuilder<AuditRecordEntity>> {
  const select = database.createQueryBuilder(AuditRecordEntity, 'record');
  const { key, keyrings, requestId, contextHash, since, until } = query;
  if (key !== undefined) select.andWhere(ofKey, { key });
  if (keyrings) select.andWhere('record.keyring = any(:keyrings)', { keyrings });
  for (const field of EQUAL) {
    if (query[field] !== undefined) select.andWhere(`record.${field} = :${field}`, { [field]: query[field] });
  }
  if (requestId !== undefined) {
    if (isUuid(requestId)) select.andWhere('record.requestId = :requestId', { requestId });
    else select.andWhere('false');
  }
  if (contextHash !== undefined) {
    select.andWhere('record.context @> array[:hash::uuid]', { hash: contextUuid(contextHash) ?? null });
  }
  if (since) select.andWhere('record.at >= :since', { since });
  if (until) select.andWhere('record.at < :until', { until });
  const [first, end] = await placesOf(database, query);
  if (first > 0) select.andWhere('record.index >= :first and record.index >> 12 >= :first::bigint >> 12', { first });
  if (end !== undefined) select.andWhere('record.index < :end and record.index >> 12 <= :end::bigint >> 12', { end });
  return select;
}

/** By place, in words that leave PostgreSQL the index of what is searched for, also while it does not know yet how many there are. */
export function orderOf({ key, caller, keyrings, requestId }: Omit<AuditQuery, 'limit'>): readonly string[] {
  // Few records: they are sorted, and no index that gives them in order is any use.
  if (requestId !== undefined) return ['record.index + 0'];
  const isByBlock = key !== undefined || caller !== undefined || keyrings?.length === 1;
  return isByBlock ? ['record.index >> 12', 'record.index'] : ['record.index'];
}

/** From which place on, and before which one. */
async function placesOf(
  database: DataSource,
  { after = -1, since, until, order, beyond }: Omit<AuditQuery, 'limit'>,
): Promise<[first: number, end: number | undefined]> {
  const isNewest = order !== 'oldest';
  const firsts = [after + 1, ...(beyond !== undefined && !isNewest ? [beyond + 1] : [])];
  const ends = beyond !== undefined && isNewest ? [beyond] : [];
  if (since || until) {
    const [span] = await database.query<Record<'first' | 'end', string>[]>(SPANS, [since ?? null, until ?? null]);
    firsts.push(Number(span?.first));
    ends.push(Number(span?.end));
  }
  return [Math.max(...firsts), ends.length > 0 ? Math.min(...ends) : undefined];
}
