import type { DataSource, EntityManager } from 'typeorm';
import { decodeEntry, entryText } from '../../audit/log/entry.js';
import { isKmsError, KmsError } from '../../errors.js';
import { isUuid } from '../../keys/uuid.js';
import { databaseFailure } from '../database-failure.js';
import { SingleFlight } from '../ledger/single-flight.js';
import { readEntries } from './log-tables.js';
import { PROJECT_SQL } from './record-columns.js';

const PROJECTING_LOCK = 7_300_021;
/** At once. */
const MAX_RECORDS = 1000;

const SPANS = `insert into audit_span (block, earliest, latest)
  select index >> 12, min(at), max(at) from audit_record where index >= $1 and index < $2 group by 1
  on conflict (block) do update set earliest = least(audit_span.earliest, excluded.earliest),
    latest = greatest(audit_span.latest, excluded.latest)`;

/** The records as they are searched, made from the log. It lags behind the log, and can be made again from it. */
export class Projection {
  /** Whoever waits for it waits for one connection. */
  readonly #catching = new SingleFlight(() => this.advance(() => true));

  constructor(
    private readonly database: DataSource,
    private readonly onUnreadable: (what: string) => void,
  ) {}

  /** Takes over all that has its place in the log. */
  async catchUp(): Promise<void> {
    await this.#catching.run();
  }

  /** The same, a bounded part after another, for as long as it may go on. */
  async advance(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn() && (await this.#step()) === MAX_RECORDS);
  }

  /**
   * Begins anew: each record is made again from the log, and until then it is found as it was.
   * @returns how many there are
   */
  async restart(): Promise<number> {
    return this.database.transaction(async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [PROJECTING_LOCK]);
      const restart = 'update audit_tree set projected = minimum, remade = size where id = 1 returning size, minimum';
      const [[tree]] = await manager.query<[{ size: string; minimum: string }[], number]>(restart);
      await manager.query('delete from audit_record where index < $1 or index >= $2', [tree?.minimum, tree?.size]);
      return Number(tree?.size) - Number(tree?.minimum);
    });
  }

  async #step(): Promise<number> {
    return this.database.transaction('READ COMMITTED', async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [PROJECTING_LOCK]);
      const [tree] = await manager.query<{ size: string; projected: string; remade: string }[]>(
        'select size, greatest(projected, minimum) as projected, remade from audit_tree where id = 1',
      );
      const start = Number(tree?.projected ?? 0);
      const size = Number(tree?.size ?? 0);
      if (start > size)
        throw new KmsError(
          'integrity-failure',
          `${start} audit records are said to be searchable, and there are ${size}`,
        );
      const end = Math.min(size, start + MAX_RECORDS);
      if (start === end) return 0;
      if (start < Number(tree?.remade)) await this.#remove(manager, start, end);
      await this.#insert(manager, start, await readEntries(manager, start, end));
      await manager.query(SPANS, [start, end]);
      await manager.query('update audit_tree set projected = $1 where id = 1', [end]);
      return end - start;
    });
  }

  /** What is searched may have been changed: also what has the id of a record of these in another place. */
  async #remove(manager: EntityManager, start: number, end: number): Promise<void> {
    await manager.query('delete from audit_record where index >= $1 and index < $2', [start, end]);
    const ids = (await readEntries(manager, start, end)).flatMap(idOf);
    await manager.query('delete from audit_record where id = any($1::uuid[])', [ids]);
  }

  /** A record that cannot be searched holds up none of the others. */
  async #insert(manager: EntityManager, start: number, entries: readonly Buffer[]): Promise<void> {
    await manager.query('savepoint projecting');
    try {
      const rows = entries.map((entry, at) => `${entryText(entry).slice(0, -1)},"index":${start + at}}`);
      await manager.query(PROJECT_SQL, [`[${rows.join(',')}]`]);
    } catch (error) {
      if (isKmsError(databaseFailure(error), 'database-unavailable')) throw error;
      await manager.query('rollback to savepoint projecting');
      if (entries.length === 1) return this.onUnreadable(`record ${start} of the log cannot be read for searching`);
      for (const [at, entry] of entries.entries()) await this.#insert(manager, start + at, [entry]);
    }
  }
}

function idOf(entry: Buffer): string[] {
  try {
    const { id } = decodeEntry(entry);
    return isUuid(id) ? [id] : [];
  } catch {
    return [];
  }
}
