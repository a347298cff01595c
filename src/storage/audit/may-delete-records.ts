import type { Sql } from './log-tables.js';

/** Whether nothing but a trigger keeps this role from deleting what is in the log: it owns the tables, or is a superuser. */
export async function mayDeleteRecords(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ may: boolean }[]>(`select has_table_privilege('audit_batch', 'delete') as may`);
  return row?.may ?? true;
}
