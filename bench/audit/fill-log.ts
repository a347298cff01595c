import { TILE_WIDTH } from '../../src/audit/log/tile.js';
import { leafHash } from '../../src/audit/merkle-hash.js';
import { growTree } from '../../src/storage/audit/grow-tree.js';
import { readTip } from '../../src/storage/audit/log-tables.js';
import type { AuditStand } from './audit-stand.js';

const AT_ONCE = 64 * TILE_WIDTH;

/**
 * Fills the log by the sequencer's own statements: bundles, tiles, tip. The entries are small, of no batch, and not in the search index.
 * @returns its size then, at least what was asked for: the last bundle is full
 */
export async function fillLog(stand: AuditStand, size: number, tell: (line: string) => void): Promise<number> {
  let grown = 0;
  for (let chunk = 1; grown < size; chunk++) {
    grown = await stand.database.changes.transaction(async (manager) => {
      const tip = await readTip(manager);
      const count = AT_ONCE - (tip.size % TILE_WIDTH);
      const entries = Array.from({ length: count }, (_, at) => Buffer.from(`{"filling":${tip.size + at},"v":1}`));
      await growTree(manager, tip, entries, entries.map(leafHash));
      return tip.size;
    });
    if (chunk % 64 === 0) tell(`${grown} of ${size} records are in the log`);
  }
  // Of records that no writer wrote a node signs nothing by itself.
  await stand.signAsItIs();
  return grown;
}
