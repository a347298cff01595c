import type { DataSource } from 'typeorm';
import { CredentialUses } from '../access/credential-uses.js';
import { databaseFailure } from './database-failure.js';

const SAVE_SQL = `insert into credential_use (credential_id, used_at)
  select * from unnest($1::text[], $2::timestamptz[])
  on conflict (credential_id) do update set used_at = greatest(credential_use.used_at, excluded.used_at)`;

const FIND_SQL = `select credential_id, used_at from credential_use where credential_id = any($1::text[])`;

export class PostgresCredentialUses extends CredentialUses {
  constructor(private readonly changes: DataSource) {
    super();
  }

  /** In the order of their ids, so that two nodes that save at once do not wait for each other in a circle. */
  override async save(usedAt: ReadonlyMap<string, Date>): Promise<void> {
    const rows = [...usedAt].toSorted(([a], [b]) => (a < b ? -1 : 1));
    try {
      await this.changes.query(SAVE_SQL, [rows.map(([id]) => id), rows.map(([, at]) => at)]);
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  override async find(credentialIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    try {
      const rows = await this.changes.query<{ credential_id: string; used_at: Date }[]>(FIND_SQL, [credentialIds]);
      return new Map(rows.map((row) => [row.credential_id, row.used_at]));
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}
