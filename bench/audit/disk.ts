import type { AuditStand } from './audit-stand.js';

/** Bytes of a record. */
export interface Disk {
  /** Batches, as they come. */
  readonly inbox: number;
  readonly bundles: number;
  readonly tiles: number;
  /** The copy that is searched, and its indexes by name. */
  readonly records: number;
  readonly indexes: Readonly<Record<string, number>>;
}

const SIZES = `select relname as name, pg_table_size(c.oid)::float8 / t.size as bytes from pg_class c, audit_tree t
  where relname in ('audit_batch', 'audit_position', 'audit_bundle', 'audit_tile', 'audit_record')
    or c.oid in (select indexrelid from pg_index where indrelid = 'audit_record'::regclass) order by 2 desc`;

/** Of a log whose records are all in the search index. */
export async function measureDisk({ database }: AuditStand): Promise<Disk> {
  const rows = await database.reads.query<{ name: string; bytes: number }[]>(SIZES);
  const { audit_batch, audit_position, audit_bundle, audit_tile, audit_record, ...indexes } = Object.fromEntries(
    rows.map(({ name, bytes }) => [name, bytes]),
  );
  return {
    inbox: (audit_batch ?? 0) + (audit_position ?? 0),
    bundles: audit_bundle ?? 0,
    tiles: audit_tile ?? 0,
    records: audit_record ?? 0,
    indexes,
  };
}
