import type { DataSource } from 'typeorm';
import { DueKeys, LONGEST_REST_MS, type ClaimedKey, type NextLook, type Settled } from '../ledger/due-keys.js';
import { databaseFailure } from './database-failure.js';

/** A node that dies lets go of its keys after this long, by the database's clock. */
const CLAIM = `interval '60 seconds'`;

export const CLAIM_SQL = `update due_key set claimed_until = clock_timestamp() + ${CLAIM} where key_id in (
    select key_id from due_key where due_at <= $1 and (claimed_until is null or claimed_until < clock_timestamp())
    order by due_at limit $2 for update skip locked)
  returning key_id, keyring_id, failures, marks`;

/** A row that is locked is being changed: it stays due. */
const SETTLE_SQL = `update due_key set due_at = next.due_at, claimed_until = null, failures = 0,
    told_through = next.told_through, after_messages = next.after_messages, after_bytes = next.after_bytes
  from (select looked.* from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::bigint[])
      as looked(key_id, marks, due_at, told_through, after_messages, after_bytes)
    join due_key using (key_id, marks) for update of due_key skip locked) next
  where due_key.key_id = next.key_id returning due_key.key_id`;

const FORGET_SQL = `delete from due_key where key_id in (
    select due_key.key_id from unnest($1::uuid[], $2::bigint[]) as looked(key_id, marks)
    join due_key using (key_id, marks) for update of due_key skip locked) returning key_id`;

const RELEASE_SQL = `update due_key set claimed_until = null where key_id in (
    select key_id from due_key where key_id = any($1::uuid[]) for update skip locked)`;

const RETRY_SQL = `update due_key set due_at = $3, claimed_until = null, failures = failures + 1
  where key_id = $1 and marks = $2`;

const FIND_SQL = `select told_through from due_key where key_id = $1`;

const OVERDUE_SQL = `select count(*)::int as overdue from due_key where failures > 0 or due_at < $1`;

const RESTORE_SQL = `insert into due_key (key_id, keyring_id, due_at, marks, failures)
  select key.id, key.keyring_id, 'epoch', 1, 0 from key
  where key.state in ('enabled', 'pre-active')
    and exists (select 1 from policy where policy.keyring_id = key.keyring_id
      and (target = key.id::text and document is not null
        or target = 'keyring' and (document is not null or selectors <> '[]')))
    and not exists (select 1 from due_keyring where due_keyring.keyring_id = key.keyring_id)
    and not exists (select 1 from due_key where due_key.key_id = key.id and due_at <= $1
      and (claimed_until is null or claimed_until <= clock_timestamp() + ${CLAIM}))
  on conflict (key_id) do update set due_at = excluded.due_at, claimed_until = null, marks = due_key.marks + 1
  returning key_id`;

const SPREAD_SQL = `with page as (
    select id from key where keyring_id = $1 and id > $2 and state <> 'destroyed' order by id limit $3),
  marked as (insert into due_key (key_id, keyring_id, due_at, marks, failures) select id, $1, 'epoch', 1, 0 from page
    on conflict (key_id) do update set due_at = excluded.due_at, marks = due_key.marks + 1, failures = 0)
  select count(*)::integer as count, (select id from page order by id desc limit 1) as last from page`;

const LOOK_COLUMNS = ['keyId', 'marks', 'dueAt', 'toldThrough', 'afterMessages', 'afterBytes'] as const;

interface SettledRow {
  readonly key_id: string;
}

interface ClaimedRow {
  readonly key_id: string;
  readonly keyring_id: string;
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
      failures: row.failures,
      marks: Number(row.marks),
    }));
  }

  override async settle(looks: readonly Settled[]): Promise<void> {
    const settled = [
      ...(await this.#settle(looks.flatMap(({ claimed, next }) => (next ? [{ ...next, marks: claimed.marks }] : [])))),
      ...(await this.#forget(looks.flatMap(({ claimed, next }) => (next ? [] : [claimed])))),
    ];
    const done = new Set(settled.map((row) => row.key_id));
    const changed = looks.map(({ claimed }) => claimed.keyId).filter((keyId) => !done.has(keyId));
    if (changed.length > 0) await this.#query(RELEASE_SQL, [changed]);
  }

  async #settle(looks: readonly (NextLook & Pick<ClaimedKey, 'marks'>)[]): Promise<readonly SettledRow[]> {
    if (looks.length === 0) return [];
    const columns = LOOK_COLUMNS.map((name) => looks.map((look) => look[name]));
    return this.#query(SETTLE_SQL, columns);
  }

  async #forget(claimed: readonly ClaimedKey[]): Promise<readonly SettledRow[]> {
    if (claimed.length === 0) return [];
    return this.#query(FORGET_SQL, [claimed.map(({ keyId }) => keyId), claimed.map(({ marks }) => marks)]);
  }

  override async retry({ keyId, marks }: ClaimedKey, at: Date): Promise<void> {
    await this.#query(RETRY_SQL, [keyId, marks, at]);
  }

  override async find(keyId: string): Promise<Pick<NextLook, 'toldThrough'> | undefined> {
    const [row] = await this.#query<{ told_through: Date | null }>(FIND_SQL, [keyId]);
    return row && { toldThrough: row.told_through };
  }

  override async countOverdue(since: Date): Promise<number> {
    const [row] = await this.#query<{ overdue: number }>(OVERDUE_SQL, [since]);
    return row?.overdue ?? 0;
  }

  /** Like a change of the keyring, and in its turn: the two never wait for each other in a circle. */
  override async spread(limit: number): Promise<boolean> {
    const [keyring] = await this.#query<{ id: string }>('select keyring_id as id from due_keyring limit 1', []);
    if (!keyring) return false;
    const { id } = keyring;
    try {
      await this.changes.transaction(async (manager) => {
        await manager.query(`set local lock_timeout = '5s'`);
        await manager.query('select from head where scope_id = $1 for no key update', [id]);
        const [row] = await manager.query<{ from: string }[]>(
          'select spread_to as from from due_keyring where keyring_id = $1',
          [id],
        );
        if (!row) return;
        const [page] = await manager.query<{ count: number; last: string }[]>(SPREAD_SQL, [id, row.from, limit]);
        if (page?.count === limit) {
          await manager.query('update due_keyring set spread_to = $2 where keyring_id = $1', [id, page.last]);
        } else await manager.query('delete from due_keyring where keyring_id = $1', [id]);
      });
      return true;
    } catch (error) {
      throw databaseFailure(error);
    }
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
