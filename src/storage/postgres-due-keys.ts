import type { DataSource } from 'typeorm';
import { DueKeys, LONGEST_REST_MS, type ClaimedKey, type NextLook } from '../ledger/due-keys.js';
import { databaseFailure } from './database-failure.js';

/** A node that dies lets go of its keys after this long, by the database's clock. */
const CLAIM = `interval '60 seconds'`;

export const CLAIM_SQL = `update due_key set claimed_until = clock_timestamp() + ${CLAIM} where key_id in (
    select key_id from due_key where due_at <= $1 and (claimed_until is null or claimed_until < clock_timestamp())
    order by due_at limit $2 for update skip locked)
  returning key_id, keyring_id, told_through, failures, marks`;

const SETTLE_SQL = `update due_key set due_at = $3, claimed_until = null, failures = 0, told_through = $4,
  after_messages = $5, after_bytes = $6 where key_id = $1 and marks = $2 returning key_id`;

const FORGET_SQL = `delete from due_key where key_id = $1 and marks = $2 returning key_id`;

const RELEASE_SQL = `update due_key set claimed_until = null where key_id = $1`;

const RETRY_SQL = `update due_key set due_at = $3, claimed_until = null, failures = failures + 1
  where key_id = $1 and marks = $2`;

const FIND_SQL = `select told_through from due_key where key_id = $1`;

const RESTORE_SQL = `insert into due_key (key_id, keyring_id, due_at, marks, failures)
  select key.id, key.keyring_id, 'epoch', 1, 0 from key
  where key.state in ('enabled', 'pre-active')
    and exists (select 1 from policy where policy.keyring_id = key.keyring_id
      and (target = key.id::text and document is not null
        or target = 'keyring' and (document is not null or selectors <> '[]')))
    and not exists (select 1 from due_key where due_key.key_id = key.id and due_at <= $1)
  on conflict (key_id) do update set due_at = excluded.due_at, marks = due_key.marks + 1 returning key_id`;

interface ClaimedRow {
  readonly key_id: string;
  readonly keyring_id: string;
  readonly told_through: Date | null;
  readonly failures: number;
  readonly marks: string;
}

export class PostgresDueKeys extends DueKeys {
  constructor(private readonly changes: DataSource) {
    super();
  }

  override async claim(now: Date, limit: number): Promise<ClaimedKey[]> {
    const rows = await this.#query<ClaimedRow>(CLAIM_SQL, [now, limit]);
    return rows.map((row) => ({
      keyId: row.key_id,
      keyringId: row.keyring_id,
      toldThrough: row.told_through,
      failures: row.failures,
      marks: Number(row.marks),
    }));
  }

  override async settle({ keyId, marks }: ClaimedKey, next: NextLook | undefined): Promise<void> {
    const settled = next
      ? await this.#query(SETTLE_SQL, [keyId, marks, next.dueAt, next.toldThrough, next.afterMessages, next.afterBytes])
      : await this.#query(FORGET_SQL, [keyId, marks]);
    if (settled.length === 0) await this.#query(RELEASE_SQL, [keyId]);
  }

  override async retry({ keyId, marks }: ClaimedKey, at: Date): Promise<void> {
    await this.#query(RETRY_SQL, [keyId, marks, at]);
  }

  override async find(keyId: string): Promise<Pick<NextLook, 'toldThrough'> | undefined> {
    const [row] = await this.#query<{ told_through: Date | null }>(FIND_SQL, [keyId]);
    return row && { toldThrough: row.told_through };
  }

  override async restore(now: Date): Promise<number> {
    return (await this.#query(RESTORE_SQL, [new Date(now.getTime() + LONGEST_REST_MS)])).length;
  }

  /** What a statement returns is rows for a SELECT, and rows with a count for the others. */
  async #query<Row>(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      const result = await this.changes.query<Row[] | [Row[], number]>(sql, [...values]);
      return (Array.isArray(result[0]) ? result[0] : result) as readonly Row[];
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}
