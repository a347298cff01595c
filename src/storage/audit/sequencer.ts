import type { KeyObject } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { checkBatch, streamKey, type StoredBatch } from '../../audit/log/check-batch.js';
import { NEW_STREAM, type StreamHead } from '../../audit/log/stream.js';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import { SingleFlight } from '../ledger/single-flight.js';
import { growTree } from './grow-tree.js';
import { readTip } from './log-tables.js';
import { writeRows } from './write-rows.js';

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
  /** Of streams whose certificate was checked. */
  readonly #keys = new Map<string, KeyObject>();

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
    const heads = new Map<string, StreamHead>();
    const positions: [first: number, count: number, arrival: string][] = [];
    const entries: Buffer[] = [];
    const leaves: Buffer[] = [];
    for (const row of pending) {
      const checked = this.#check(row, heads.get(row.stream) ?? cursorOf(row));
      if (!checked) continue;
      heads.set(row.stream, checked.head);
      positions.push([tip.size + leaves.length, checked.leaves.length, row.arrival]);
      entries.push(...checked.entries);
      leaves.push(...checked.leaves);
    }
    await writeRows(manager, 'audit_position (first, count, arrival)', ['bigint', 'integer', 'bigint'], positions);
    const cursors = [...heads].map(([stream, { seq, digest }]) => [stream, seq, digest]);
    const moved = 'on conflict (stream) do update set seq = excluded.seq, digest = excluded.digest';
    await writeRows(manager, 'audit_cursor (stream, seq, digest)', ['uuid', 'bigint', 'bytea'], cursors, moved);
    await growTree(manager, tip, entries, leaves);
  }

  #check(row: PendingRow, head: StreamHead): ReturnType<typeof checkBatch> | undefined {
    if (this.#refused.has(row.stream)) return undefined;
    try {
      return checkBatch({ ...row, seq: Number(row.seq) }, head, this.#keyOf(row));
    } catch (error) {
      this.#refused.add(row.stream);
      this.onWrong((error as Error).message);
      return undefined;
    }
  }

  #keyOf({ stream, publicKey, certificate }: PendingRow): KeyObject {
    const key = this.#keys.get(stream) ?? streamKey(stream, publicKey, certificate, this.logKey);
    this.#keys.set(stream, key);
    return key;
  }
}

function cursorOf({ cursorSeq, cursorDigest }: PendingRow): StreamHead {
  return cursorSeq !== null && cursorDigest ? { seq: Number(cursorSeq), digest: cursorDigest } : NEW_STREAM;
}
