import { bundleOf } from '../../audit/log/bundle.js';
import { Prover } from '../../audit/log/prove.js';
import { TILE_WIDTH } from '../../audit/log/tile.js';
import { TreeTip } from '../../audit/log/tree-tip.js';
import { HASH_BYTES } from '../../audit/merkle-hash.js';
import { readEntries, type Sql } from './log-tables.js';

/** The last tile of each level is not full yet, and is kept with the tip. */
const TILES = `select coalesce(t.hashes, p.hashes, ''::bytea) as hashes
  from audit_tree a cross join unnest($1::integer[], $2::bigint[]) with ordinality as wanted(level, index, nth)
    left join audit_tile t on t.level = wanted.level and t.index = wanted.index
    left join audit_tip p on p.level = wanted.level and wanted.index = a.size >> least(63, 8 * (wanted.level + 1))
  where a.id = 1 order by nth`;

interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/** The hashes of each tile, as many as there are: 256 when it is full. */
async function readTiles(sql: Sql, tiles: readonly TilePlace[]): Promise<Buffer[]> {
  const rows = await sql.query<{ hashes: Buffer }[]>(TILES, [
    tiles.map(({ level }) => level),
    tiles.map(({ index }) => index),
  ]);
  return rows.map(({ hashes }) => hashes);
}

/** The first `width` entries of a bundle. */
export async function readBundle(sql: Sql, index: number, width: number): Promise<Buffer> {
  const [full] = await sql.query<{ entries: Buffer }[]>('select entries from audit_bundle where index = $1', [index]);
  if (full && width === TILE_WIDTH) return full.entries;
  return bundleOf(await readEntries(sql, index * TILE_WIDTH, index * TILE_WIDTH + width));
}

/** The first `width` hashes of a tile. */
export async function readTilePart(sql: Sql, level: number, index: number, width: number): Promise<Buffer> {
  const [hashes] = await readTiles(sql, [{ level, index }]);
  return hashes?.subarray(0, width * HASH_BYTES) ?? Buffer.alloc(0);
}

/** The edge of the tree as it was at a size that it had. */
export async function readTipAt(sql: Sql, size: number): Promise<TreeTip> {
  const levels: Buffer[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / TILE_WIDTH)) {
    const index = Math.floor(rest / TILE_WIDTH);
    levels.push(await readTilePart(sql, levels.length, index, rest % TILE_WIDTH));
  }
  return new TreeTip(size, levels);
}

/** @param sql of one snapshot, or of a log that only grows: tiles that fill up meanwhile hold what they held */
export function proverOn(sql: Sql): Prover {
  let asked: TilePlace[] = [];
  let answer: Promise<Buffer[]> | undefined;
  const readAsked = async () => {
    // A proof asks for all of its tiles before it waits for the first: they are read at once.
    await Promise.resolve();
    const tiles = asked;
    [asked, answer] = [[], undefined];
    return readTiles(sql, tiles);
  };
  return new Prover(async (level, index) => {
    const nth = asked.push({ level, index }) - 1;
    answer ??= readAsked();
    return (await answer)[nth] ?? Buffer.alloc(0);
  });
}
