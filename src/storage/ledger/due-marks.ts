import type { EntityManager } from 'typeorm';
import type { NextLook } from '../../ledger/due-keys.js';
import type { SealedTableName } from '../../ledger/sealed-tables.js';

/** Due before everything else. */
const AT_ONCE = `'epoch'::timestamptz`;

const MARK = `on conflict (key_id) do update set due_at = ${AT_ONCE}, marks = due_key.marks + 1, failures = 0`;

const MARK_KEYS_SQL = `insert into due_key (key_id, keyring_id, due_at, marks, failures)
  select id, $1, ${AT_ONCE}, 1, 0 from unnest($2::uuid[]) id
  where exists (select 1 from policy where keyring_id = $1 and target in ('keyring', id::text)) ${MARK}`;

/** A keyring may hold a million keys: `PostgresDueKeys.spread` makes them due. */
const MARK_KEYRING_SQL = `insert into due_keyring (keyring_id) values ($1)
  on conflict (keyring_id) do update set spread_to = default`;

const PUT_SQL = `insert into due_key
  (key_id, keyring_id, due_at, marks, failures, told_through, after_messages, after_bytes)
  select key_id, keyring_id, due_at, 1, 0, told_through, after_messages, after_bytes
  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::bigint[])
    as next(key_id, keyring_id, due_at, told_through, after_messages, after_bytes) on conflict (key_id) do update set due_at = excluded.due_at,
  marks = due_key.marks + 1, failures = 0, claimed_until = null, told_through = excluded.told_through,
  after_messages = excluded.after_messages, after_bytes = excluded.after_bytes`;

const PUT_COLUMNS = ['keyId', 'keyringId', 'dueAt', 'toldThrough', 'afterMessages', 'afterBytes'] as const;

/** What a change makes the schedule look at: whatever key or policy it put, unless it says itself when. */
export class DueMarks {
  readonly #keyrings = new Set<string>();
  /** By keyring. */
  readonly #keys = new Map<string, Set<string>>();
  readonly #next = new Map<string, NextLook>();

  note(table: SealedTableName, id: string, scopeId: string): void {
    const [, target = ''] = id.split('/');
    if (table === 'policy' && target === 'keyring') this.#keyrings.add(scopeId);
    else if (table === 'policy') this.#keysOf(scopeId).add(target);
    else if (table === 'key') this.#keysOf(scopeId).add(id);
  }

  putNextLook(next: NextLook): void {
    this.#next.set(next.keyId, next);
  }

  async write(manager: EntityManager): Promise<void> {
    for (const keyringId of this.#keyrings) await manager.query(MARK_KEYRING_SQL, [keyringId]);
    for (const [keyringId, keys] of this.#keys) {
      const others = [...keys].filter((keyId) => !this.#next.has(keyId));
      if (others.length > 0) await manager.query(MARK_KEYS_SQL, [keyringId, others]);
    }
    const next = [...this.#next.values()];
    const columns = PUT_COLUMNS.map((name) => next.map((look) => look[name]));
    if (next.length > 0) await manager.query(PUT_SQL, columns);
  }

  #keysOf(keyringId: string): Set<string> {
    const keys = this.#keys.get(keyringId) ?? new Set();
    this.#keys.set(keyringId, keys);
    return keys;
  }
}
