import { Client } from 'pg';
import { databaseFailure } from '../database-failure.js';
import { BACKED_UP, type BackedUpTable } from './tables.js';

/** Rows are fetched so many bytes at once, as far as the rows before tell. */
const FETCH_BYTES = 4 * 2 ** 20;
const MOST_ROWS = 2000;
/** Bytes come as hex, times in UTC, whatever the role is set to. */
const SETTINGS = ['bytea_output = hex', "timezone = 'UTC'", "datestyle = 'ISO'", 'extra_float_digits = 3'];

/** The whole database at one moment: one transaction that reads, and holds up nobody. */
export class Snapshot {
  private constructor(private readonly client: Client) {}

  static async open(url: string): Promise<Snapshot> {
    const client = new Client({ connectionString: url, application_name: 'keystead-backup' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('begin isolation level repeatable read read only');
      for (const setting of SETTINGS) await client.query(`set local ${setting}`);
      await client.query('set local statement_timeout = 0');
      await client.query('set local idle_in_transaction_session_timeout = 0');
      return new Snapshot(client);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw databaseFailure(error);
    }
  }

  /** How many rows each table has. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const table of BACKED_UP) {
      const [row] = await this.query<{ count: string }>(`select count(*) as count from ${table}`);
      counts[table] = Number(row?.count ?? 0);
    }
    return counts;
  }

  /** What the schema has gone through, and which roots wrap the keys. */
  async origin(): Promise<{ readonly schema: readonly string[]; readonly roots: readonly string[] }> {
    const schema = await this.query<{ name: string }>('select name from migration order by id');
    const roots = await this.query<{ id: string }>('select distinct root_id as id from wrapped_key order by 1');
    return { schema: schema.map(({ name }) => name), roots: roots.map(({ id }) => id) };
  }

  /** Each row as a JSON object in one line, as PostgreSQL writes it. */
  async *rows(table: BackedUpTable): AsyncGenerator<string, void> {
    for await (const { line } of this.select<{ line: string }>(`select row_to_json(t)::text as line from ${table} t`)) {
      yield line;
    }
  }

  async query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    try {
      return (await this.client.query(sql, values)).rows as Row[];
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  /** The rows of a query of whatever length, some at a time; one query at once. */
  async *select<Row extends object>(sql: string): AsyncGenerator<Row, void> {
    await this.query(`declare page no scroll cursor for ${sql}`);
    for (let rows = 1; ;) {
      const page = await this.query<Row>(`fetch ${rows} from page`);
      yield* page;
      if (page.length < rows) break;
      const bytes = page.reduce((sum, row) => sum + lengthOf(row), 0) / page.length;
      rows = Math.max(1, Math.min(MOST_ROWS, 4 * rows, Math.floor(FETCH_BYTES / Math.max(1, bytes))));
    }
    await this.query('close page');
  }
}

function lengthOf(row: object): number {
  return Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 64), 0);
}
