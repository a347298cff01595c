import { entriesOf } from '../../audit/log/bundle.js';
import { mayDrop, type Droppable } from '../../audit/log/may-drop.js';
import { TILE_WIDTH } from '../../audit/log/tile.js';
import { leafHash } from '../../audit/merkle-hash.js';
import { KmsError } from '../../errors.js';
import type { Sql } from './log-tables.js';

/** At once. */
const MOST_BUNDLES = 16;
/** What is not searchable or not signed yet stays, and what was not yet delivered to a place that some node still brings records to. */
const END = `select least(t.projected, coalesce((select max(size) from audit_checkpoint), 0), (select min(delivered) from audit_sink where claimed_until > now() - interval '1 day')) as end
  from audit_tree t where t.id = 1`;

/**
 * @param from a whole bundle begins there
 * @returns the index up to which bundles may be dropped; `from`: none
 * @throws KmsError integrity-failure: what is not what was signed is evidence, and stays
 */
export async function droppableUpTo(sql: Sql, from: number, droppable: Droppable): Promise<number> {
  const [log] = await sql.query<{ end: string }[]>(END);
  const last = Math.min(Math.floor(Number(log?.end ?? 0) / TILE_WIDTH), from / TILE_WIDTH + MOST_BUNDLES);
  let index = from / TILE_WIDTH;
  while (index < last && mayDrop(await signedEntries(sql, index), droppable)) index += 1;
  return index * TILE_WIDTH;
}

async function signedEntries(sql: Sql, index: number): Promise<readonly Buffer[]> {
  const [bundle] = await sql.query<{ entries: Buffer; hashes: Buffer }[]>(
    'select b.entries, t.hashes from audit_bundle b join audit_tile t on t.level = 0 and t.index = b.index where b.index = $1',
    [index],
  );
  const entries = bundle ? readable(bundle.entries) : [];
  if (bundle?.hashes.equals(Buffer.concat(entries.map(leafHash)))) return entries;
  const [first, last] = [index * TILE_WIDTH, (index + 1) * TILE_WIDTH - 1];
  throw new KmsError(
    'integrity-failure',
    `the records ${first} to ${last} of the audit log are not what their hashes say, and are not dropped`,
  );
}

function readable(bundle: Buffer): readonly Buffer[] {
  try {
    return entriesOf(bundle);
  } catch {
    return [];
  }
}
