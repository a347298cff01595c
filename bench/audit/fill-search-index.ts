import { hash } from 'node:crypto';
import { Client } from 'pg';
import { encodeEntry } from '../../src/audit/log/entry.js';
import { TILE_WIDTH } from '../../src/audit/log/tile.js';
import { leafHash } from '../../src/audit/merkle-hash.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { growTree, readEdge } from '../../src/storage/audit/grow-tree.js';
import type { AuditStand } from './audit-stand.js';

const AT_ONCE = 64 * TILE_WIDTH;
const PERIOD_MS = 30 * 86_400_000;
const KEYS = 2000;
const CALLERS = 200;
const CONTEXTS = 50_000;

/** What the records are about: the first key and the first caller have the most of them, the last ones few. */
export interface Population {
  readonly keys: readonly string[];
  readonly callers: readonly string[];
  readonly since: Date;
  readonly until: Date;
}

/**
 * Fills the log and its search index: encryptions and decryptions as the service writes them, of 30 days, of a key with 8 % of all, and of
 * others; 2 % were denied. They are of no batch. What is in the log before is not searched.
 */
export async function fillSearchIndex(
  stand: AuditStand,
  count: number,
  tell: (line: string) => void,
): Promise<Population> {
  const { database, projection, record } = stand;
  const keys = [record.key ?? '', ...Array.from({ length: KEYS - 1 }, uuidv7)];
  const callers = [record.caller, ...Array.from({ length: CALLERS - 1 }, uuidv7)];
  const stream = uuidv7();
  const until = Date.now();
  const since = until - PERIOD_MS;
  const entryOf = (nth: number) => {
    const key = oftenFirst(keys);
    const isDenied = Math.random() < 0.02;
    const made = {
      ...record,
      id: uuidv7(),
      requestId: uuidv7(),
      at: new Date(since + (nth / count) * PERIOD_MS),
      caller: oftenFirst(callers),
      operation: nth % 3 === 0 ? 'decrypt' : 'encrypt',
      resource: `key/${key}`,
      key,
      outcome: isDenied ? 'denied' : 'success',
      code: isDenied ? 'permission-denied' : null,
      detail: { context: ['object', 'tenant'], contextHashes: [contextHash(), contextHash()] },
    } as const;
    return encodeEntry(made, { stream, seq: nth + 1 });
  };
  // Whole bundles were filled without writers; of others, each record is there to be read.
  const skip = `update audit_tree set projected = size, projected_bytes = 0 where id = 1 and size % ${TILE_WIDTH} = 0`;
  await database.changes.query(skip);
  for (let made = 0, chunk = 0; made < count; chunk++) {
    made += await database.changes.transaction(async (manager) => {
      const edge = await readEdge(manager);
      // To the end of a bundle: what fills none is read out of batches, and these records have none.
      const added = AT_ONCE - (edge.tip.size % TILE_WIDTH);
      const entries = Array.from({ length: added }, (_, at) => entryOf(made + at));
      await growTree(manager, edge, { entries, leaves: entries.map(leafHash), positions: [], cursors: [] });
      return added;
    });
    await projection.catchUp();
    if (chunk % 32 === 0) tell(`${made} of ${count} records can be searched`);
  }
  await analyze(database.embedded?.url);
  await stand.signAsItIs();
  return { keys, callers, since: new Date(since), until: new Date(until) };
}

/** As PostgreSQL does itself after a minute, with the owner's rights: it skips the tables of others. */
async function analyze(connectionString: string | undefined): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query('analyze audit_record');
  await client.end();
}

function oftenFirst(names: readonly string[]): string {
  return names[Math.floor(names.length * Math.random() ** 3)] ?? '';
}

function contextHash(): string {
  const value = String(Math.floor(CONTEXTS * Math.random()));
  return hash('sha256', value, 'buffer').subarray(0, 16).toString('base64url');
}
