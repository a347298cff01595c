import type { DataSource } from 'typeorm';
import type { SealedRowMark, SealedRowName } from '../../audit/audit-log.js';
import { KmsError } from '../../errors.js';
import { SEALED_TABLES, type SealedTableName } from '../../ledger/sealed-tables.js';
import { SEALED_ENTITIES } from '../entities/entities.js';
import { primaryKeyOf } from '../ledger/primary-key.js';

const TABLES = (Object.keys(SEALED_TABLES) as SealedTableName[]).toSorted();

/** Sealed rows as they are in the tables, by table and primary key. */
export async function readSealedRowMarks(
  database: DataSource,
  after: SealedRowName | undefined,
  limit: number,
): Promise<SealedRowMark[]> {
  const marks: SealedRowMark[] = [];
  for (const table of TABLES.filter((name) => name >= (after?.table ?? ''))) {
    const last = table === after?.table ? after.id : undefined;
    marks.push(...(await marksOf(database, table, last, limit - marks.length)));
    if (marks.length === limit) break;
  }
  return marks;
}

async function marksOf(
  database: DataSource,
  table: SealedTableName,
  after: string | undefined,
  limit: number,
): Promise<SealedRowMark[]> {
  const metadata = database.getMetadata(SEALED_ENTITIES[table]);
  const names = Object.keys(primaryKeyOf(table, after ?? ''));
  const columns = names.map((name) => metadata.findColumnWithPropertyName(name)?.databaseName ?? name);
  const values = after === undefined ? [] : Object.values(primaryKeyOf(table, after));
  const behind = `where (${columns.join(', ')}) > (${values.map((_, at) => `$${at + 2}`).join(', ')})`;
  const select = `select concat_ws('/', ${columns.map((column) => `${column}::text`).join(', ')}) as id, revision, tag
    from ${metadata.tableName} ${after === undefined ? '' : behind} order by ${columns.join(', ')} limit $1`;
  const rows = await database
    .query<{ id: string; revision: string; tag: Buffer }[]>(select, [limit, ...values])
    .catch((error: unknown) => {
      throw isNoKey(error) ? new KmsError('invalid-request', 'cursor: not one of this list') : error;
    });
  return rows.map(({ id, revision, tag }) => ({ table, id, revision: Number(revision), tag: tag.toString('base64') }));
}

/** What was taken for a primary key is none of this table. SQLSTATE class 22, data exception. */
function isNoKey(error: unknown): boolean {
  return String((error as { readonly code?: unknown }).code).startsWith('22');
}
