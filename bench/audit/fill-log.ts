import { TILE_WIDTH } from '../../src/audit/log/tile.js';
import { leafHash } from '../../src/audit/merkle-hash.js';
import { growTree, readEdge } from '../../src/storage/audit/grow-tree.js';
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
      const edge = await readEdge(manager);
      const from = edge.tip.size;
      const count = AT_ONCE - (from % TILE_WIDTH);
      const entries = Array.from({ length: count }, (_, at) => Buffer.from(`{"filling":${from + at},"v":1}`));
      await growTree(manager, edge, { entries, leaves: entries.map(leafHash), positions: [], cursors: [] });
      return from + count;
    });
    if (chunk % 64 === 0) tell(`${grown} of ${size} records are in the log`);
  }
  // Of records that no writer wrote a node signs nothing by itself.
  await stand.signAsItIs();
  return grown;
}
