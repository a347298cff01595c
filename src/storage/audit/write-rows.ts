import { binaryArray } from './binary-array.js';
import type { Sql } from './log-tables.js';

/** @param into the table and its columns, of these types */
export async function writeRows(
  sql: Sql,
  into: string,
  types: readonly string[],
  rows: readonly (readonly unknown[])[],
  conflict = '',
): Promise<void> {
  if (rows.length === 0) return;
  const arrays = types.map((type, at) => `$${at + 1}::${type}[]`).join(', ');
  const columns = types.map((type, at) => {
    const column = rows.map((row) => row[at]);
    return type === 'bytea' ? binaryArray(column as Buffer[]) : column;
  });
  await sql.query(`insert into ${into} select * from unnest(${arrays}) ${conflict}`, columns);
}
