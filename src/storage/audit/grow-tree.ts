import type { DataSource, EntityManager } from 'typeorm';
import { bundleOf } from '../../audit/log/bundle.js';
import { TILE_WIDTH } from '../../audit/log/tile.js';
import type { TreeTip } from '../../audit/log/tree-tip.js';
import { KmsError } from '../../errors.js';
import { readEntries, readTip, type Sql } from './log-tables.js';
import { writeRows, type Rows } from './write-rows.js';

/** Where the log goes on. */
export interface LogEdge {
  readonly tip: TreeTip;
  /** The entries of the bundle that is not full yet. */
  readonly rest: readonly Buffer[];
}

/** Records with their place in the order, and where the streams that wrote them are now. */
export interface Ordered {
  readonly entries: readonly Buffer[];
  /** The entries' hashes. */
  readonly leaves: readonly Buffer[];
  readonly positions: readonly (readonly [first: number, count: number, arrival: string | null])[];
  readonly cursors: readonly (readonly [stream: string, seq: number, digest: Buffer])[];
}

/** @throws KmsError integrity-failure when the tree has records that are nowhere */
export async function readEdge(sql: Sql): Promise<LogEdge> {
  const tip = await readTip(sql);
  const start = tip.size - (tip.size % TILE_WIDTH);
  const rest = await readEntries(sql, start, tip.size);
  if (start + rest.length !== tip.size) {
    const detail = `of the audit records from ${start} to ${tip.size - 1} only ${rest.length} are there: no more get their place`;
    throw new KmsError('integrity-failure', detail);
  }
  return { tip, rest };
}

/** By compare-and-swap: of those that let a log of one size grow, one does, whoever they are and however late. */
const GROW = 'update audit_tree set size = $1 where id = 1 and size = $2';

/**
 * Appends records to the log: their order, the bundles and tiles that became full, and the new tip.
 * @param edge of the log; its tip grows
 * @returns the edge after it; undefined: the log goes on from somewhere else, and is left as it is
 */
export async function growTree(
  database: DataSource | EntityManager,
  { tip, rest }: LogEdge,
  ordered: Ordered,
): Promise<LogEdge | undefined> {
  const { entries, leaves, positions, cursors } = ordered;
  const { size } = tip;
  const start = size - rest.length;
  const waiting = [...rest, ...entries];
  const tiles = leaves.flatMap((leaf) => tip.append(leaf));
  const full = waiting.length - (waiting.length % TILE_WIDTH);
  const bundles = Array.from({ length: full / TILE_WIDTH }, (_, at) => [
    start / TILE_WIDTH + at,
    bundleOf(waiting.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)),
  ]);
  // Above the highest tile that became full nothing has changed.
  const changed = 1 + Math.max(0, ...tiles.map(({ level }) => level + 1));
  const tips = tip.levels().slice(0, changed);
  const tables: readonly Rows[] = [
    { into: 'audit_position (first, count, arrival)', types: ['bigint', 'integer', 'bigint'], rows: positions },
    {
      into: 'audit_cursor (stream, seq, digest)',
      types: ['uuid', 'bigint', 'bytea'],
      rows: cursors,
      conflict: 'on conflict (stream) do update set seq = excluded.seq, digest = excluded.digest',
    },
    { into: 'audit_bundle (index, entries)', types: ['bigint', 'bytea'], rows: bundles },
    {
      into: 'audit_tile (level, index, hashes)',
      types: ['integer', 'bigint', 'bytea'],
      rows: tiles.map(({ level, index, hashes }) => [level, index, hashes]),
    },
    {
      into: 'audit_tip (level, hashes)',
      types: ['integer', 'bytea'],
      rows: tips.map((hashes, level) => [level, hashes]),
      conflict: 'on conflict (level) do update set hashes = excluded.hashes',
    },
  ];
  const hasGrown = await writeRows(database, 'grow', GROW, [tip.size, size], tables);
  return hasGrown ? { tip, rest: waiting.slice(full) } : undefined;
}
