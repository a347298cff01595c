import type { DataSource } from 'typeorm';
import { RootMigrations, type RootMigration } from '../ledger/root-migrations.js';
import { databaseFailure } from './database-failure.js';
import { newestMigration } from './wrapped-key-rows.js';

/** Held by the connection of the node that is at root work: it goes with the connection. */
const ROOT_WORK_LOCK = 7_300_004;

export class PostgresRootMigrations extends RootMigrations {
  constructor(private readonly changes: DataSource) {
    super();
  }

  override async newest(): Promise<RootMigration | undefined> {
    try {
      return await newestMigration(this.changes.manager);
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  override async exclusively(work: () => Promise<void>): Promise<boolean> {
    const connection = this.changes.createQueryRunner();
    try {
      const rows: { ok: boolean }[] = await connection.query('select pg_try_advisory_lock($1) as ok', [ROOT_WORK_LOCK]);
      if (!rows[0]?.ok) return false;
      try {
        await work();
        return true;
      } finally {
        await connection.query('select pg_advisory_unlock($1)', [ROOT_WORK_LOCK]);
      }
    } catch (error) {
      throw databaseFailure(error);
    } finally {
      await connection.release();
    }
  }
}
