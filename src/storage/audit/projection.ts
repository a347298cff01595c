import type { DataSource, EntityManager } from 'typeorm';
import { decodeEntry } from '../../audit/log/entry.js';
import { isKmsError } from '../../errors.js';
import { databaseFailure } from '../database-failure.js';
import { readEntries } from './log-tables.js';
import { PROJECT_SQL } from './record-columns.js';

const PROJECTING_LOCK = 7_300_021;
/** At once. */
const MAX_RECORDS = 1000;

/** The records as they are searched, made from the log. It lags behind the log, and can be made again from it. */
export class Projection {
  constructor(
    private readonly database: DataSource,
    private readonly onUnreadable: (what: string) => void,
  ) {}

  /** Takes over all that has its place in the log. */
  async catchUp(): Promise<void> {
    while ((await this.#step()) === MAX_RECORDS);
  }

  /** Empties it; the next `catchUp` makes it again. */
  async clear(): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [PROJECTING_LOCK]);
      await manager.query('delete from audit_record');
      await manager.query('update audit_tree set projected = 0 where id = 1');
    });
  }

  async #step(): Promise<number> {
    return this.database.transaction('READ COMMITTED', async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [PROJECTING_LOCK]);
      const [tree] = await manager.query<{ size: string; projected: string }[]>(
        'select size, greatest(projected, minimum) as projected from audit_tree where id = 1',
      );
      const start = Number(tree?.projected ?? 0);
      const end = Math.min(Number(tree?.size ?? 0), start + MAX_RECORDS);
      if (start === end) return 0;
      await this.#insert(manager, start, await readEntries(manager, start, end));
      await manager.query('update audit_tree set projected = $1 where id = 1', [end]);
      return end - start;
    });
  }

  /** A record that cannot be searched holds up none of the others. */
  async #insert(manager: EntityManager, start: number, entries: readonly Buffer[]): Promise<void> {
    await manager.query('savepoint projecting');
    try {
      const rows = entries.map((entry, at) => ({ ...decodeEntry(entry), index: start + at }));
      await manager.query(PROJECT_SQL, [JSON.stringify(rows)]);
    } catch (error) {
      if (isKmsError(databaseFailure(error), 'database-unavailable')) throw error;
      await manager.query('rollback to savepoint projecting');
      if (entries.length === 1) return this.onUnreadable(`record ${start} of the log cannot be read for searching`);
      for (const [at, entry] of entries.entries()) await this.#insert(manager, start + at, [entry]);
    }
  }
}
