import type { DataSource, EntityManager } from 'typeorm';
import { bundleOf } from '../../audit/log/bundle.js';
import { checkBatch, mustBeCertified, type StoredBatch } from '../../audit/log/check-batch.js';
import { NEW_STREAM, type StreamHead } from '../../audit/log/stream.js';
import { TILE_WIDTH } from '../../audit/log/tile.js';
import type { FullTile } from '../../audit/log/tree-tip.js';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import { SingleFlight } from '../ledger/single-flight.js';
import { readEntries, readTip } from './log-tables.js';

const SEQUENCING_LOCK = 7_300_020;
/** At once. */
const MAX_BATCHES = 64;

const PENDING = `select b.arrival, b.stream, b.seq, b.count, b.entries, b.leaf_hashes as "leafHashes", b.signature,
    s.public_key as "publicKey", s.certificate, c.seq as "cursorSeq", c.digest as "cursorDigest"
  from audit_stream_head h join audit_stream s on s.id = h.stream left join audit_cursor c on c.stream = h.stream
    join audit_batch b on b.stream = h.stream and b.seq > coalesce(c.seq, 0)
  where h.seq > coalesce(c.seq, 0) and h.stream <> all($1::uuid[]) order by b.arrival limit ${MAX_BATCHES}`;

interface PendingRow extends Omit<StoredBatch, 'seq'> {
  readonly arrival: string;
  readonly seq: string;
  readonly publicKey: Buffer;
  readonly certificate: string;
  readonly cursorSeq: string | null;
  readonly cursorDigest: Buffer | null;
}

/**
 * Gives the batches of all streams one order, and grows the tree by them. Any process may do it, one at a time. A later append has the later
 * place: whoever saw a batch as committed before appending his own draws the higher arrival, whatever the clocks say.
 */
export class Sequencer {
  /** Streams of which a batch is not what its writer wrote: left out, for people to look at. */
  readonly #refused = new Set<string>();

  readonly #catching = new SingleFlight(async () => {
    while ((await this.tick(true)) === MAX_BATCHES);
  });
  #isBehind = false;

  /** @param onWrong is told once of each stream that is left out */
  constructor(
    private readonly database: DataSource,
    private readonly logKey: VerifierKey,
    private readonly onWrong: (what: string) => void,
  ) {}

  /** Orders all that was committed before the call. */
  async catchUp(): Promise<void> {
    await this.#catching.run();
  }

  /** Whether more waited, the last time, than is ordered at once. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /**
   * @param wait for another process that is at it; else leave it to that one
   * @returns how many batches there were
   */
  async tick(wait: boolean): Promise<number> {
    this.#isBehind = false;
    return this.database.transaction('READ COMMITTED', async (manager) => {
      if (wait) await manager.query('select pg_advisory_xact_lock($1)', [SEQUENCING_LOCK]);
      else {
        const [lock] = await manager.query<{ held: boolean }[]>('select pg_try_advisory_xact_lock($1) as held', [
          SEQUENCING_LOCK,
        ]);
        if (!lock?.held) return 0;
      }
      const pending = await manager.query<PendingRow[]>(PENDING, [[...this.#refused]]);
      this.#isBehind = pending.length === MAX_BATCHES;
      if (pending.length > 0) await this.#grow(manager, pending);
      return pending.length;
    });
  }

  async #grow(manager: EntityManager, pending: readonly PendingRow[]): Promise<void> {
    const tip = await readTip(manager);
    const start = tip.size;
    const heads = new Map<string, StreamHead>();
    const positions: [first: number, count: number, arrival: string][] = [];
    const entries: Buffer[] = [];
    const tiles: FullTile[] = [];
    for (const row of pending) {
      const checked = this.#check(row, heads.get(row.stream) ?? cursorOf(row));
      if (!checked) continue;
      heads.set(row.stream, checked.head);
      positions.push([tip.size, checked.leaves.length, row.arrival]);
      entries.push(...checked.entries);
      for (const leaf of checked.leaves) tiles.push(...tip.append(leaf));
    }
    await write(manager, 'audit_position (first, count, arrival)', ['bigint', 'integer', 'bigint'], positions);
    const tileRows = tiles.map(({ level, index, hashes }) => [level, index, hashes]);
    await write(manager, 'audit_tile (level, index, hashes)', ['integer', 'bigint', 'bytea'], tileRows);
    const bundles = await fullBundles(manager, start, entries);
    await write(manager, 'audit_bundle (index, entries)', ['bigint', 'bytea'], bundles);
    const cursors = [...heads].map(([stream, { seq, digest }]) => [stream, seq, digest]);
    const moved = 'on conflict (stream) do update set seq = excluded.seq, digest = excluded.digest';
    await write(manager, 'audit_cursor (stream, seq, digest)', ['uuid', 'bigint', 'bytea'], cursors, moved);
    const tips = tip.levels().map((hashes, level) => [level, hashes]);
    const grown =
      'on conflict (level) do update set hashes = excluded.hashes where audit_tip.hashes <> excluded.hashes';
    await write(manager, 'audit_tip (level, hashes)', ['integer', 'bytea'], tips, grown);
    await manager.query('update audit_tree set size = $1 where id = 1', [tip.size]);
  }

  #check(row: PendingRow, head: StreamHead): ReturnType<typeof checkBatch> | undefined {
    if (this.#refused.has(row.stream)) return undefined;
    try {
      mustBeCertified(row.stream, row.publicKey, row.certificate, this.logKey);
      return checkBatch({ ...row, seq: Number(row.seq) }, head, row.publicKey);
    } catch (error) {
      this.#refused.add(row.stream);
      this.onWrong((error as Error).message);
      return undefined;
    }
  }
}

function cursorOf({ cursorSeq, cursorDigest }: PendingRow): StreamHead {
  return cursorSeq !== null && cursorDigest ? { seq: Number(cursorSeq), digest: cursorDigest } : NEW_STREAM;
}

/** The bundles that became full. @param added the entries from `start` on */
async function fullBundles(
  manager: EntityManager,
  start: number,
  added: readonly Buffer[],
): Promise<[index: number, entries: Buffer][]> {
  const first = Math.floor(start / TILE_WIDTH);
  const after = Math.floor((start + added.length) / TILE_WIDTH);
  if (after === first) return [];
  const entries = [...(await readEntries(manager, first * TILE_WIDTH, start)), ...added];
  return Array.from({ length: after - first }, (_, at) => [
    first + at,
    bundleOf(entries.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)),
  ]);
}

async function write(
  manager: EntityManager,
  into: string,
  types: readonly string[],
  rows: readonly (readonly unknown[])[],
  conflict = '',
): Promise<void> {
  if (rows.length === 0) return;
  const arrays = types.map((type, at) => `$${at + 1}::${type}[]`).join(', ');
  const columns = types.map((_, at) => rows.map((row) => row[at]));
  await manager.query(`insert into ${into} select * from unnest(${arrays}) ${conflict}`, columns);
}
