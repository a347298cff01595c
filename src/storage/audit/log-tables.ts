import type { TreeTip } from '../../audit/log/tree-tip.js';
import { TreeTip as Tip } from '../../audit/log/tree-tip.js';
import { entriesOf } from '../../audit/log/bundle.js';
import { KmsError } from '../../errors.js';
import { TILE_WIDTH } from '../../audit/log/tile.js';
import { HASH_BYTES } from '../../audit/merkle-hash.js';

/** Anything that runs SQL and gives rows: TypeORM's source, or its manager inside a transaction. */
export interface Sql {
  query<Rows>(text: string, values?: unknown[]): Promise<Rows>;
}

/** A batch has at most as many records. */
export const MAX_BATCH = 512;

const TIP = `select t.size, p.level, p.hashes from audit_tree t left join audit_tip p on true where t.id = 1 order by p.level`;

interface TipRow {
  readonly size: string;
  readonly level: number | null;
  readonly hashes: Buffer;
}

/** @throws KmsError integrity-failure where it is not the edge of a tree of this size */
export async function readTip(sql: Sql): Promise<TreeTip> {
  const rows = await sql.query<TipRow[]>(TIP);
  const size = Number(rows[0]?.size ?? 0);
  const levels = rows.filter(({ level }) => level !== null);
  const widths = widthsOf(size);
  const fits = ({ level, hashes }: TipRow, at: number) =>
    level === at && hashes.length === (widths[at] ?? -1) * HASH_BYTES;
  if (levels.length !== widths.length || !levels.every(fits)) {
    throw new KmsError(
      'integrity-failure',
      `the hashes of the audit log are not those of ${size} records: they were changed`,
    );
  }
  return new Tip(
    size,
    levels.map(({ hashes }) => hashes),
  );
}

/** How many hashes of each level are in no full tile. */
function widthsOf(size: number): number[] {
  const widths: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / TILE_WIDTH)) widths.push(rest % TILE_WIDTH);
  return widths;
}

interface PositionRow {
  readonly first: string;
  readonly entries: Buffer;
}

/** The entries from `start` up to, not including, `end`: out of the bundles, and out of the batches where they fill none yet. */
export async function readEntries(sql: Sql, start: number, end: number): Promise<Buffer[]> {
  const [tree] = await sql.query<{ size: string }[]>('select size from audit_tree where id = 1');
  const bundled = Math.floor(Number(tree?.size ?? 0) / TILE_WIDTH) * TILE_WIDTH;
  return [
    ...(start < bundled ? await readBundled(sql, start, Math.min(end, bundled)) : []),
    ...(end > bundled ? await readBatched(sql, Math.max(start, bundled), end) : []),
  ];
}

async function readBundled(sql: Sql, start: number, end: number): Promise<Buffer[]> {
  const rows = await sql.query<{ index: string; entries: Buffer }[]>(
    'select index, entries from audit_bundle where index >= $1 and index < $2 order by index',
    [Math.floor(start / TILE_WIDTH), Math.ceil(end / TILE_WIDTH)],
  );
  return rows.flatMap(({ index, entries }) => within(entries, Number(index) * TILE_WIDTH, start, end));
}

async function readBatched(sql: Sql, start: number, end: number): Promise<Buffer[]> {
  const rows = await sql.query<PositionRow[]>(
    `select p.first, b.entries from audit_position p join audit_batch b using (arrival)
       where p.first > $1 and p.first < $2 and p.first + p.count > $3 order by p.first`,
    [start - MAX_BATCH, end, start],
  );
  return rows.flatMap(({ first, entries }) => within(entries, Number(first), start, end));
}

/** @param first the index of the first of these entries */
function within(entries: Buffer, first: number, start: number, end: number): Buffer[] {
  return readable(entries, first).slice(Math.max(0, start - first), Math.max(0, end - first));
}

/** @throws KmsError integrity-failure */
function readable(entries: Buffer, first: number): readonly Buffer[] {
  try {
    return entriesOf(entries);
  } catch (error) {
    throw new KmsError(
      'integrity-failure',
      `the audit records from ${first} on cannot be read: they were changed`,
      error,
    );
  }
}
