import { bundleOf } from '../../audit/log/bundle.js';
import { Prover } from '../../audit/log/prove.js';
import { TILE_WIDTH } from '../../audit/log/tile.js';
import { HASH_BYTES } from '../../audit/merkle-hash.js';
import { readEntries, type Sql } from './log-tables.js';

/** The hashes of a tile, as many as there are: 256 when it is full. */
export async function readTile(sql: Sql, level: number, index: number): Promise<Buffer> {
  const [full] = await sql.query<{ hashes: Buffer }[]>(
    'select hashes from audit_tile where level = $1 and index = $2',
    [level, index],
  );
  if (full) return full.hashes;
  const [last] = await sql.query<{ hashes: Buffer; size: string }[]>(
    'select t.hashes, a.size from audit_tip t, audit_tree a where t.level = $1',
    [level],
  );
  const isLast = last && Math.floor(Number(last.size) / TILE_WIDTH ** (level + 1)) === index;
  return isLast ? last.hashes : Buffer.alloc(0);
}

/** The first `width` entries of a bundle. */
export async function readBundle(sql: Sql, index: number, width: number): Promise<Buffer> {
  const [full] = await sql.query<{ entries: Buffer }[]>('select entries from audit_bundle where index = $1', [index]);
  if (full && width === TILE_WIDTH) return full.entries;
  return bundleOf(await readEntries(sql, index * TILE_WIDTH, index * TILE_WIDTH + width));
}

/** The first `width` hashes of a tile. */
export async function readTilePart(sql: Sql, level: number, index: number, width: number): Promise<Buffer> {
  return (await readTile(sql, level, index)).subarray(0, width * HASH_BYTES);
}

/** @param sql of one snapshot, or of a log that only grows: tiles that fill up meanwhile hold what they held */
export function proverOn(sql: Sql): Prover {
  return new Prover((level, index) => readTile(sql, level, index));
}
