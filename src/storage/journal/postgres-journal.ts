import type { Pool } from 'pg';
import { In, type DataSource } from 'typeorm';
import { Journal, type AuditQuery, type DataKeysQuery } from '../../audit/journal.js';
import type { AuditRecord } from '../../audit/record.js';
import { isKmsError, KmsError } from '../../errors.js';
import { databaseFailure } from '../database-failure.js';
import { AuditRecordEntity } from '../entities/audit-record.entity.js';
import { APPEND_SQL } from './audit-columns.js';
import { GroupCommit } from './group-commit.js';

const LIMITS = { batch: 512, queue: 20_000 } as const;
/** Without the database there is no answer: a request waits this long for its record, then fails. */
const PATIENCE_MS = 5000;
const RETRY_MS = 50;

const DATA_KEYS = `select id from audit_record where key = $1 and outcome = 'success'
  and (operation in ('data-key', 'data-key-pair') or detail -> 'dataKeys' is not null) and ($3::uuid is null or id < $3)`;

/** Two reads of the index of migration 12: of what was under this version, and of batches that met several. */
export const DATA_KEYS_SQL = `(${DATA_KEYS} and version = $2 order by id desc limit $4)
  union all (${DATA_KEYS} and version is null and detail -> 'versions' @> to_jsonb($2::integer) order by id desc limit $4)
  order by id desc limit $4`;

interface Append {
  readonly record: AuditRecord;
  readonly scopes: readonly string[];
}

function overloaded(): KmsError {
  return new KmsError('overloaded', 'too many requests wait for their audit record; try again');
}

/** The audit records in PostgreSQL, by group commit on connections of its own. */
export class PostgresJournal extends Journal {
  readonly #commits: GroupCommit<Append, ReadonlyMap<string, number>>;

  constructor(
    private readonly pool: Pool,
    private readonly reads: DataSource,
  ) {
    super();
    this.#commits = new GroupCommit(
      (batch) => this.#commit(batch),
      LIMITS,
      overloaded,
      (error) => isKmsError(error, 'internal-error'),
    );
  }

  override async append(record: AuditRecord, scopes: readonly string[]): Promise<readonly number[]> {
    const revisions = await this.#commits.append({ record, scopes });
    return scopes.map((scope) => revisions.get(scope) ?? 0);
  }

  override async query(query: AuditQuery): Promise<AuditRecord[]> {
    try {
      const found = await this.#find(query, 'record.key = :key');
      if (query.key === undefined) return found;
      // A query for each index: in one, PostgreSQL would read every record of the key before it sorts.
      const asSource = await this.#find(query, `record.detail ->> 'sourceKeyId' = :sourceKey and record.key <> :key`);
      return [...found, ...asSource].toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, query.limit);
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  override async dataKeysUnder(query: DataKeysQuery): Promise<AuditRecord[]> {
    try {
      return await this.reads.manager.find(AuditRecordEntity, {
        where: { id: In(await this.#idsOfDataKeys(query)) },
        order: { id: 'DESC' },
      });
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  async #idsOfDataKeys({ key, version, before, limit }: DataKeysQuery): Promise<readonly string[]> {
    const rows = await this.reads.query<{ id: string }[]>(DATA_KEYS_SQL, [key, version, before ?? null, limit]);
    return rows.map(({ id }) => id);
  }

  async #find(query: AuditQuery, ofKey: string): Promise<AuditRecord[]> {
    const select = this.reads.createQueryBuilder(AuditRecordEntity, 'record');
    if (query.key !== undefined) select.andWhere(ofKey, { key: query.key, sourceKey: query.key });
    if (query.keyrings) select.andWhere('record.keyring = any(:keyrings)', { keyrings: query.keyrings });
    for (const column of ['caller', 'operation', 'outcome'] as const) {
      if (query[column] !== undefined) select.andWhere(`record.${column} = :${column}`, { [column]: query[column] });
    }
    if (query.since) select.andWhere('record.at >= :since', { since: query.since });
    if (query.until) select.andWhere('record.at < :until', { until: query.until });
    if (query.before !== undefined) select.andWhere('record.id < :before', { before: query.before });
    return select.orderBy('record.id', 'DESC').limit(query.limit).getMany();
  }

  async #commit(batch: readonly Append[]): Promise<ReadonlyMap<string, number>> {
    const values = [
      JSON.stringify(batch.map(({ record }) => record)),
      [...new Set(batch.flatMap(({ scopes }) => scopes))],
    ];
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const { rows } = await this.pool.query<{ scopeId: string; revision: string }>({
          name: 'append',
          text: APPEND_SQL,
          values,
        });
        return new Map(rows.map(({ scopeId, revision }) => [scopeId, Number(revision)]));
      } catch (error) {
        const failure = databaseFailure(error);
        if (failure.code !== 'database-unavailable' || performance.now() + RETRY_MS > deadline) throw failure;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
