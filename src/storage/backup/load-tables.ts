import type { EntityManager } from 'typeorm';
import { isKmsError, KmsError } from '../../errors.js';
import { databaseFailure } from '../database-failure.js';
import { FOUNDING_LOCK } from '../postgres-install-store.js';
import { BACKED_UP, isBackedUp, LEFT_OUT, type BackedUpTable } from './tables.js';

/** Rows are inserted so many characters at once. */
const PIECE = 4 * 2 ** 20;
const MOST_ROWS = 2000;

/** Written by the migrations, and brought by a backup. */
const MADE_EMPTY: ReadonlySet<string> = new Set(['audit_tree']);

/** Every table that an install fills. */
const TABLES = [...BACKED_UP, ...Object.keys(LEFT_OUT).filter((table) => table !== 'migration')];

/** @throws KmsError conflict where any table of the service holds anything */
async function mustBeEmpty(manager: EntityManager): Promise<void> {
  for (const table of TABLES) {
    const where = MADE_EMPTY.has(table) ? ' where size > 0' : '';
    const [row] = await manager.query<{ used: boolean }[]>(`select exists (select from ${table}${where}) as used`);
    if (!row?.used) continue;
    throw new KmsError(
      'conflict',
      `the database is not empty: ${table} holds rows. A backup is restored into an empty database only; nothing was changed`,
    );
  }
}

/** Puts the rows of an archive into their tables, inside the caller's transaction. */
export class TableLoader {
  #table: BackedUpTable | undefined;
  #rows: string[] = [];
  #length = 0;
  readonly #loaded = new Map<string, number>();

  constructor(private readonly manager: EntityManager) {}

  /** By table. */
  get loaded(): ReadonlyMap<string, number> {
    return this.#loaded;
  }

  /** Before anything is loaded: whoever writes waits, and whoever watches single rows learns of all of them when the service starts. */
  async begin(): Promise<void> {
    // A node that starts meanwhile waits, and then finds an install.
    await this.manager.query('select pg_advisory_xact_lock($1)', [FOUNDING_LOCK]);
    await this.manager.query(`lock table ${TABLES.join(', ')} in share row exclusive mode`);
    await mustBeEmpty(this.manager);
    await this.#watches('disable');
    for (const table of MADE_EMPTY) await this.manager.query(`delete from ${table}`);
  }

  /** @returns whether it is a table that is loaded */
  async enter(table: string): Promise<boolean> {
    await this.#flush();
    this.#table = isBackedUp(table) ? table : undefined;
    if (this.#table) this.#loaded.set(table, this.#loaded.get(table) ?? 0);
    return this.#table !== undefined;
  }

  /** @param row a JSON object of the table entered last */
  async add(row: string): Promise<void> {
    this.#rows.push(row);
    this.#length += row.length;
    if (this.#length >= PIECE || this.#rows.length >= MOST_ROWS) await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#mustHoldNothingElse();
    // What was numbered goes on behind the highest number; the search index is made again from the log.
    await this.manager.query(
      `select setval('audit_arrival', greatest(1, (select max(arrival) from audit_batch), (select max(arrival) from audit_position)))`,
    );
    await this.manager.query('update audit_tree set projected = minimum, projected_bytes = 0, remade = 0 where id = 1');
    await this.manager.query('update audit_sink set claimed_by = null, claimed_until = null');
    await this.#watches('enable');
  }

  async #flush(): Promise<void> {
    const rows = this.#rows;
    if (!this.#table || rows.length === 0) return;
    const insert = `insert into ${this.#table} select * from json_populate_recordset(null::${this.#table}, $1::json)`;
    await this.manager.query(insert, [`[${rows.join(',')}]`]).catch((error: unknown) => {
      if (isKmsError(databaseFailure(error), 'database-unavailable')) throw error;
      const detail = `this backup cannot be used: rows of ${this.#table ?? ''} do not fit: it was changed. Nothing of it was kept`;
      throw new KmsError('invalid-backup', detail, error);
    });
    this.#loaded.set(this.#table, (this.#loaded.get(this.#table) ?? 0) + rows.length);
    this.#rows = [];
    this.#length = 0;
  }

  /** @throws KmsError conflict where a trigger or a rule kept rows back, or put some of its own */
  async #mustHoldNothingElse(): Promise<void> {
    for (const table of TABLES) {
      const [row] = await this.manager.query<{ count: string }[]>(`select count(*) as count from ${table}`);
      if (Number(row?.count) === (this.#loaded.get(table) ?? 0)) continue;
      throw new KmsError(
        'conflict',
        `${table} does not hold the rows that were put into it: the database has a trigger or a rule that is not of this service; nothing was kept`,
      );
    }
  }

  async #watches(how: 'enable' | 'disable'): Promise<void> {
    const triggers = await this.manager.query<{ table: string; name: string }[]>(
      `select tgrelid::regclass::text as "table", quote_ident(tgname) as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid
         where p.proname in ('sealed_row_changed', 'keyring_row_changed') and not tgisinternal`,
    );
    for (const { table, name } of triggers) await this.manager.query(`alter table ${table} ${how} trigger ${name}`);
  }
}
