import type { Head } from '../../keys/row-seal.js';
import { INSTALL_SCOPE, SEALED_TABLES } from '../../ledger/sealed-tables.js';
import type { RowMark } from './scope-mirror.js';

/** Anything that runs SQL: a pool, a client, TypeORM's manager inside a transaction. */
export interface Sql {
  query<Row>(text: string, values: unknown[]): Promise<Row[]>;
}

interface MarkRow {
  readonly table: string;
  readonly id: string;
  readonly revision: string;
  readonly tag: Buffer;
  readonly count: string | null;
  readonly mask: Buffer | null;
  readonly set_hash: Buffer | null;
}

const HEAD = `select 'head' as "table", '' as id, revision, tag, count, mask, set_hash from head where scope_id = $1`;

const INSTALL_MARKS = Object.entries(SEALED_TABLES)
  .filter(([, { home }]) => home === 'install')
  .map(([table]) => `select '${table}', id::text, revision, tag, null, null, null from ${table} where revision > $2`)
  .join(' union all ');

const KEYRING_MARKS = [
  ['key', 'id::text'],
  ['alias', `keyring_id || '/' || name`],
  ['policy', `keyring_id || '/' || target`],
  ['campaign', `keyring_id || '/' || id`],
  ['wrapping_key', `keyring_id || '/' || version`],
]
  .map(
    ([table, id]) =>
      `select '${table}', ${id}, revision, tag, null, null, null from ${table} where keyring_id = $1 and revision > $2`,
  )
  .join(' union all ');

/** The head of a scope and every row that is newer than `revision`, in one statement and so in one snapshot. */
export async function readScope(
  sql: Sql,
  scopeId: string,
  revision: number,
): Promise<{ head: Head | undefined; changed: RowMark[] }> {
  const marks = scopeId === INSTALL_SCOPE ? INSTALL_MARKS : KEYRING_MARKS;
  const rows = await sql.query<MarkRow>(`${HEAD} union all ${marks}`, [scopeId, revision]);
  const head = rows.find((row) => row.table === 'head');
  const changed = rows.filter((row) => row.table !== 'head');
  return {
    head: head && headOf(head),
    changed: changed.map(({ table, id, revision, tag }) => ({ table, id, revision: Number(revision), tag })),
  };
}

function headOf(row: MarkRow): Head {
  return {
    revision: Number(row.revision),
    count: Number(row.count),
    mask: row.mask ?? Buffer.alloc(0),
    setHash: row.set_hash ?? Buffer.alloc(0),
    tag: row.tag,
  };
}
