import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { Sql } from './read-scope.js';

/** Each statement is answered by an index of migration 15. */
const OF_INSTALL = `select max((detail -> 'heads' ->> '${INSTALL_SCOPE}')::bigint) as revision from audit_record
  where detail -> 'heads' ? '${INSTALL_SCOPE}'`;
const OF_KEYRING = `select max((detail -> 'heads' ->> keyring::text)::bigint) as revision from audit_record
  where keyring = $1 and detail -> 'heads' ? keyring::text`;

/** The newest revision of a scope that an audit record speaks of; 0 when none does. */
export async function recordedRevision(sql: Sql, scopeId: string): Promise<number> {
  const [found] =
    scopeId === INSTALL_SCOPE
      ? await sql.query<{ revision: string | null }>(OF_INSTALL, [])
      : await sql.query<{ revision: string | null }>(OF_KEYRING, [scopeId]);
  return Number(found?.revision ?? 0);
}
