import { In, type DataSource } from 'typeorm';
import { KeyUses, type CountedUse, type VersionUse } from '../keys/key-uses.js';
import { databaseFailure } from './database-failure.js';
import { KeyUseEntity } from './entities/key-use.entity.js';

const COUNTS = ['encryptions', 'decryptions', 'signatures', 'verifications', 'refused', 'bytes'] as const;

const ADD_SQL = `insert into key_use (key_id, version, ${COUNTS.join(', ')}, used_at, used_by)
  select * from unnest($1::uuid[], $2::integer[], ${COUNTS.map((_, index) => `$${index + 3}::bigint[]`).join(', ')},
    $9::timestamptz[], $10::text[])
  on conflict (key_id, version) do update set
    ${COUNTS.map((name) => `${name} = key_use.${name} + excluded.${name}`).join(', ')},
    used_by = case when excluded.used_at >= key_use.used_at then excluded.used_by else key_use.used_by end,
    used_at = greatest(key_use.used_at, excluded.used_at)`;

/** Keys whose primary version has reached what its policy allows. */
const MARK_SQL = `update due_key set due_at = 'epoch', marks = marks + 1 where key_id in (
  select due_key.key_id from due_key join key on key.id = due_key.key_id
    join key_use on key_use.key_id = key.id and key_use.version = key.primary_version
  where due_key.key_id = any($1::uuid[])
    and (key_use.encryptions + key_use.signatures >= after_messages or key_use.bytes >= after_bytes)
    and due_at is distinct from 'epoch' for update of due_key skip locked)`;

export class PostgresKeyUses extends KeyUses {
  constructor(private readonly changes: DataSource) {
    super();
  }

  /** All of them or none; in the order of their keys, so that two nodes that add at once do not wait for each other in a circle. */
  override async add(uses: readonly CountedUse[]): Promise<void> {
    const rows = uses.toSorted((a, b) => (a.keyId === b.keyId ? a.version - b.version : a.keyId < b.keyId ? -1 : 1));
    const column = <Name extends keyof CountedUse>(name: Name) => rows.map((row) => row[name]);
    const values = [column('keyId'), column('version'), ...COUNTS.map(column), column('usedAt'), column('usedBy')];
    try {
      await this.changes.transaction(async (manager) => {
        await manager.query(ADD_SQL, values);
        // A row that is locked is being looked at; if that was too early, the next use finds it.
        await manager.query(MARK_SQL, [[...new Set(column('keyId'))]]);
      });
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  override async find(keyIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, VersionUse>>> {
    try {
      const rows = await this.changes.manager.findBy(KeyUseEntity, { keyId: In([...keyIds]) });
      const found = new Map<string, Map<number, VersionUse>>();
      for (const row of rows) found.set(row.keyId, (found.get(row.keyId) ?? new Map()).set(row.version, row));
      return found;
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}
