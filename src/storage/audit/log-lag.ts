import type { Sql } from './log-tables.js';

/** How far what is made of the log is behind what was written, in records. */
export interface LogLag {
  /** Written, without a place in the log. */
  readonly unordered: number;
  /** Not to be found by searching, those without a place included. */
  readonly unsearchable: number;
  /** Under no checkpoint, those without a place included. */
  readonly unsigned: number;
}

export const NO_LAG: LogLag = { unordered: 0, unsearchable: 0, unsigned: 0 };

const LAG = `select t.size, greatest(t.projected, t.minimum) as searchable,
    coalesce((select max(c.size) from audit_checkpoint c), 0) as signed,
    (select coalesce(sum(h.seq - coalesce(c.seq, 0)), 0) from audit_stream_head h left join audit_cursor c using (stream)) as unordered
  from audit_tree t where t.id = 1`;

export async function readLag(sql: Sql): Promise<LogLag> {
  const [row] = await sql.query<Readonly<Record<'size' | 'searchable' | 'signed' | 'unordered', string>>[]>(LAG);
  if (!row) return NO_LAG;
  const [unordered, size] = [Number(row.unordered), Number(row.size)];
  const written = size + unordered;
  return {
    unordered,
    unsearchable: written - Number(row.searchable),
    unsigned: Math.max(0, written - Number(row.signed)),
  };
}
