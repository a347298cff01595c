import type { DataSource, EntityManager } from 'typeorm';
import { binaryArray } from './binary-array.js';
import type { ColumnType } from './binary-types.js';
import { prepared } from './prepared.js';

/** Rows of a table, as arrays by column. */
export interface Rows {
  /** The table and its columns. */
  readonly into: string;
  readonly types: readonly ColumnType[];
  readonly rows: readonly (readonly unknown[])[];
  /** What of the columns is written, when they are called `names`. */
  readonly select?: string;
  readonly names?: string;
  readonly conflict?: string;
}

/**
 * Writes to several tables by one statement: a statement for each would cost more than the rows.
 * @param name   of the statement, which each connection plans once
 * @param update of the one row that says how far the work is, with `values` from $1 on: where it meets none, nothing is written
 * @returns whether it was
 */
export async function writeRows(
  database: DataSource | EntityManager,
  name: string,
  update: string,
  values: readonly unknown[],
  tables: readonly Rows[],
): Promise<boolean> {
  let at = values.length;
  const inserts = tables.map(({ into, types, select = '*', names = '', conflict = '' }, nth) => {
    const arrays = types.map((type) => `$${(at += 1)}::${type}[]`).join(', ');
    const rows = `select ${select} from unnest(${arrays})${names && ` as r(${names})`} where exists (select from updated)`;
    return `rows_${nth} as (insert into ${into} ${rows} ${conflict})`;
  });
  const columns = tables.flatMap(({ types, rows }) =>
    types.map((type, column) =>
      binaryArray(
        type,
        rows.map((row) => row[column]),
      ),
    ),
  );
  const text = `with updated as (${update} returning true), ${inserts.join(', ')} select from updated`;
  return (await prepared(database, name, text, [...values, ...columns])).length > 0;
}
