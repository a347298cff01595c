import type { Sql } from './read-scope.js';

/** The newest revision of a scope that was written down with a change; 0 when none was. */
export async function recordedRevision(sql: Sql, scopeId: string): Promise<number> {
  const [found] = await sql.query<{ revision: string | null }>(
    'select max(revision) as revision from audit_revision where scope_id = $1',
    [scopeId],
  );
  return Number(found?.revision ?? 0);
}
