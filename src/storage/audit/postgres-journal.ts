import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import {
  Journal,
  type AuditFilters,
  type AuditInterval,
  type AuditQuery,
  type AuditSummary,
  type DataKeysQuery,
  type FoundRecord,
  type FoundRecords,
} from '../../audit/journal.js';
import type { AuditRecord } from '../../audit/record.js';
import { isKmsError, KmsError } from '../../errors.js';
import { databaseFailure } from '../database-failure.js';
import { GroupCommit } from './group-commit.js';
import { readLag } from './log-lag.js';
import { MAX_BATCH } from './log-tables.js';
import { readRecords, type RecordPlace } from './read-records.js';
import { orderOf, recordsThat } from './records-that.js';
import { summariseRecords } from './summarise-records.js';
import type { LogWriter } from './log-writer.js';
import type { Projection } from './projection.js';
import type { Sequencer } from './sequencer.js';

const LIMITS = { batch: MAX_BATCH, queue: 20_000 } as const;
/** Without the database there is no answer: a request waits this long for its record, then fails. */
const PATIENCE_MS = 5000;
const RETRY_MS = 50;
/** A search waits no longer for what was written before it to become searchable. */
const CATCH_UP_MS = 10_000;

const DATA_KEYS = `select index, start, length from audit_record where key = $1 and data_key_versions is not null
  and ($3::bigint is null or index < $3)`;

/** Two reads of one index: of what was under this version, and of batches that met several. */
export const DATA_KEYS_SQL = `(${DATA_KEYS} and version = $2 order by index desc limit $4)
  union all (${DATA_KEYS} and version is null and data_key_versions @> array[$2::integer] order by index desc limit $4)
  order by index desc limit $4`;

interface Append {
  readonly record: AuditRecord;
  readonly scopes: readonly string[];
}

function overloaded(): KmsError {
  return new KmsError('overloaded', 'too many requests wait for their audit record; try again');
}

/** @throws KmsError */
function mustBeAll(behind: number): void {
  if (behind === 0) return;
  throw new KmsError(
    'overloaded',
    `${behind} audit records are not searched yet, and none may be missing here; try again`,
  );
}

/** The audit log in PostgreSQL: written by group commit, searched in what is derived from it. */
export class PostgresJournal extends Journal {
  readonly #commits: GroupCommit<Append, ReadonlyMap<string, number>>;

  constructor(
    private readonly writer: LogWriter,
    private readonly sequencer: Sequencer,
    private readonly projection: Projection,
    private readonly reads: DataSource,
    private readonly catchUpMs = CATCH_UP_MS,
  ) {
    super();
    this.#commits = new GroupCommit(
      (batch) => this.#commit(batch),
      LIMITS,
      overloaded,
      // What was sent may be there: its records by themselves would be there twice.
      (error) => isKmsError(error, 'internal-error') && !writer.isInDoubt,
    );
  }

  override async append(record: AuditRecord, scopes: readonly string[]): Promise<readonly number[]> {
    const revisions = await this.#commits.append({ record, scopes });
    return scopes.map((scope) => revisions.get(scope) ?? 0);
  }

  override async search(query: AuditQuery): Promise<FoundRecords> {
    try {
      const behind = await this.#caughtUp();
      return { records: await readRecords(this.reads, await this.#places(query)), behind };
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  async #places(query: AuditQuery): Promise<readonly RecordPlace[]> {
    const found = await this.#find(query, 'record.key = :key');
    if (query.key === undefined) return found;
    // A query for each index: in one, PostgreSQL would read every record of the key before it sorts.
    const asSource = await this.#find(query, 'record.sourceKey = :key and record.key <> :key');
    const sign = query.order === 'oldest' ? 1 : -1;
    return [...found, ...asSource].toSorted((a, b) => sign * (Number(a.index) - Number(b.index))).slice(0, query.limit);
  }

  /** @returns how many of the records that were written before the call are not searched yet: what takes longer goes on meanwhile */
  async #caughtUp(): Promise<number> {
    const all = this.sequencer.catchUp().then(() => this.projection.catchUp());
    const isAll = await Promise.race([all.then(() => true), sleep(this.catchUpMs, false, { ref: false })]);
    return isAll ? 0 : (await readLag(this.reads)).unsearchable;
  }

  override async rebuild(): Promise<number> {
    try {
      return await this.projection.restart();
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  override async summarise(filters: AuditFilters, interval: AuditInterval): Promise<AuditSummary> {
    try {
      const behind = await this.#caughtUp();
      return await summariseRecords(this.reads, filters, interval, behind);
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  override async dataKeysUnder({ key, version, before, limit }: DataKeysQuery): Promise<readonly FoundRecord[]> {
    try {
      mustBeAll(await this.#caughtUp());
      const places = await this.reads.query<RecordPlace[]>(DATA_KEYS_SQL, [key, version, before ?? null, limit]);
      return await readRecords(this.reads, places);
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  async #find(query: AuditQuery, ofKey: string): Promise<RecordPlace[]> {
    const select = await recordsThat(this.reads, query, ofKey);
    const direction = query.order === 'oldest' ? 'ASC' : 'DESC';
    for (const column of orderOf(query)) select.addOrderBy(column, direction);
    return select
      .select('record.index', 'index')
      .addSelect('record.start', 'start')
      .addSelect('record.length', 'length')
      .limit(query.limit)
      .getRawMany<RecordPlace>();
  }

  async #commit(batch: readonly Append[]): Promise<ReadonlyMap<string, number>> {
    const records = batch.map(({ record }) => record);
    const scopes = [...new Set(batch.flatMap((one) => one.scopes))];
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.writer.append(records, scopes);
      } catch (error) {
        const failure = databaseFailure(error);
        if (failure.code !== 'database-unavailable' || performance.now() + RETRY_MS > deadline) throw failure;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
