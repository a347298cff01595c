import { binaryArray } from './binary-array.js';
import type { ColumnType } from './binary-types.js';
import type { Sql } from './log-tables.js';

/** @param into the table and its columns, of these types; @param select what of them is written, when they are called `names` */
export async function writeRows(
  sql: Sql,
  into: string,
  types: readonly ColumnType[],
  rows: readonly (readonly unknown[])[],
  { select = '*', names = '', conflict = '' } = {},
): Promise<void> {
  if (rows.length === 0) return;
  const arrays = types.map((type, at) => `$${at + 1}::${type}[]`).join(', ');
  const columns = types.map((type, at) =>
    binaryArray(
      type,
      rows.map((row) => row[at]),
    ),
  );
  await sql.query(
    `insert into ${into} select ${select} from unnest(${arrays})${names && ` as r(${names})`} ${conflict}`,
    columns,
  );
}
