import { bundleOf } from '../../audit/log/bundle.js';
import { TILE_WIDTH } from '../../audit/log/tile.js';
import type { TreeTip } from '../../audit/log/tree-tip.js';
import { readEntries, type Sql } from './log-tables.js';
import { writeRows } from './write-rows.js';

/**
 * Appends entries to the tree: the bundles and tiles that became full, and the new tip.
 * @param tip    as it was read in this transaction; it grows
 * @param leaves the entries' hashes
 */
export async function growTree(
  sql: Sql,
  tip: TreeTip,
  entries: readonly Buffer[],
  leaves: readonly Buffer[],
): Promise<void> {
  await writeRows(sql, 'audit_bundle (index, entries)', ['bigint', 'bytea'], await fullBundles(sql, tip.size, entries));
  const tiles = leaves.flatMap((leaf) => tip.append(leaf)).map(({ level, index, hashes }) => [level, index, hashes]);
  await writeRows(sql, 'audit_tile (level, index, hashes)', ['integer', 'bigint', 'bytea'], tiles);
  const tips = tip.levels().map((hashes, level) => [level, hashes]);
  const conflict =
    'on conflict (level) do update set hashes = excluded.hashes where audit_tip.hashes <> excluded.hashes';
  await writeRows(sql, 'audit_tip (level, hashes)', ['integer', 'bytea'], tips, { conflict });
  await sql.query('update audit_tree set size = $1 where id = 1', [tip.size]);
}

/** The bundles that became full. @param added the entries from `start` on */
async function fullBundles(
  sql: Sql,
  start: number,
  added: readonly Buffer[],
): Promise<[index: number, entries: Buffer][]> {
  const first = Math.floor(start / TILE_WIDTH);
  const after = Math.floor((start + added.length) / TILE_WIDTH);
  if (after === first) return [];
  const entries = [...(await readEntries(sql, first * TILE_WIDTH, start)), ...added];
  return Array.from({ length: after - first }, (_, at) => [
    first + at,
    bundleOf(entries.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)),
  ]);
}
