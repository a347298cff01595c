import type { KeyObject } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { checkBatch, streamKey } from '../../audit/log/check-batch.js';
import { NEW_STREAM, type StreamHead } from '../../audit/log/stream.js';
import type { TreeTip } from '../../audit/log/tree-tip.js';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import type { TreeHead } from '../../audit/verifier/verify-proof.js';
import { SingleFlight } from '../ledger/single-flight.js';
import { growTree } from './grow-tree.js';
import { readTip } from './log-tables.js';
import { writeRows } from './write-rows.js';
import type { WrittenTree } from './written-tree.js';

const SEQUENCING_LOCK = 7_300_020;
/** At once, whichever comes first. */
const MAX_BATCHES = 64;
const MAX_BYTES = 16 * 2 ** 20;

/** The first batches of all streams; of a stream whose batches are gone, a row without one. */
const PENDING = `with pending as (
    select h.stream, h.seq as "headSeq", s.public_key as "publicKey", s.certificate, c.seq as "cursorSeq", c.digest as "cursorDigest",
      b.arrival, b.seq, b.count, b.entries, b.leaf_hashes as "leafHashes", b.signature, p.first as placed
    from audit_stream_head h join audit_stream s on s.id = h.stream left join audit_cursor c on c.stream = h.stream
      left join lateral (select * from audit_batch a where a.stream = h.stream and a.seq > coalesce(c.seq, 0)
        order by a.seq limit ${MAX_BATCHES}) b on true
      left join audit_position p on p.arrival = b.arrival
    where h.seq > coalesce(c.seq, 0) and h.stream <> all($1::uuid[]) order by b.arrival nulls first limit ${MAX_BATCHES})
  select * from (select *, sum(octet_length(entries)) over (order by arrival nulls first) - octet_length(entries) as earlier from pending) p
  where earlier is null or earlier < ${MAX_BYTES} order by arrival nulls first`;

interface PendingRow {
  readonly stream: string;
  readonly headSeq: string;
  /** null, as all that is of a batch: it is gone. */
  readonly arrival: string | null;
  readonly seq: string;
  readonly count: number;
  readonly entries: Buffer;
  readonly leafHashes: Buffer;
  readonly signature: Buffer;
  /** Where it is in the log already. */
  readonly placed: string | null;
  readonly publicKey: Buffer;
  readonly certificate: string;
  readonly cursorSeq: string | null;
  readonly cursorDigest: Buffer | null;
}

interface Growth {
  readonly from: TreeHead;
  readonly to: TreeHead;
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
    while (await this.tick(true));
  });
  #isBehind = false;

  /** @param onWrong is told once of each stream that is left out */
  constructor(
    private readonly database: DataSource,
    private readonly logKey: VerifierKey,
    private readonly written: WrittenTree,
    private readonly onWrong: (what: string, stream: string) => void,
  ) {}

  /** How many streams are left out. */
  get leftOut(): number {
    return this.#refused.size;
  }

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
   * @returns whether there are more than it takes at once
   */
  async tick(wait: boolean): Promise<boolean> {
    this.#isBehind = false;
    let isMore = false;
    const grown = await this.database.transaction('READ COMMITTED', async (manager) => {
      if (wait) await manager.query('select pg_advisory_xact_lock($1)', [SEQUENCING_LOCK]);
      else {
        const [lock] = await manager.query<{ held: boolean }[]>('select pg_try_advisory_xact_lock($1) as held', [
          SEQUENCING_LOCK,
        ]);
        if (!lock?.held) return undefined;
      }
      const pending = await manager.query<PendingRow[]>(PENDING, [[...this.#refused]]);
      const bytes = pending.reduce((sum, { entries }) => sum + (entries?.length ?? 0), 0);
      isMore = pending.length === MAX_BATCHES || bytes >= MAX_BYTES;
      return pending.length > 0 ? this.#grow(manager, pending) : undefined;
    });
    if (grown) this.written.grew(grown.from, grown.to);
    this.#isBehind = isMore;
    return isMore;
  }

  async #grow(manager: EntityManager, pending: readonly PendingRow[]): Promise<Growth> {
    const tip = await readTip(manager);
    const from = headOf(tip);
    const heads = new Map<string, StreamHead>();
    const positions: [first: number, count: number, arrival: string | null][] = [];
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
    const conflict = 'on conflict (stream) do update set seq = excluded.seq, digest = excluded.digest';
    await writeRows(manager, 'audit_cursor (stream, seq, digest)', ['uuid', 'bigint', 'bytea'], cursors, { conflict });
    await growTree(manager, tip, entries, leaves);
    return { from, to: headOf(tip) };
  }

  #check(row: PendingRow, head: StreamHead): ReturnType<typeof checkBatch> | undefined {
    if (this.#refused.has(row.stream)) return undefined;
    try {
      mustBeThere(row, head);
      return checkBatch({ ...row, seq: Number(row.seq) }, head, this.#keyOf(row));
    } catch (error) {
      this.#refused.add(row.stream);
      this.onWrong((error as Error).message, row.stream);
      return undefined;
    }
  }

  #keyOf({ stream, publicKey, certificate }: PendingRow): KeyObject {
    const key = this.#keys.get(stream) ?? streamKey(stream, publicKey, certificate, this.logKey);
    this.#keys.set(stream, key);
    return key;
  }
}

function headOf(tip: TreeTip): TreeHead {
  return { size: tip.size, root: tip.root() };
}

function mustBeThere({ arrival, stream, headSeq, placed }: PendingRow, head: StreamHead): void {
  if (arrival === null) throw new Error(`records ${head.seq + 1} to ${headSeq} of stream ${stream} were removed`);
  if (placed !== null)
    throw new Error(`record ${head.seq + 1} of stream ${stream} is in the log already, at ${placed}`);
}

function cursorOf({ cursorSeq, cursorDigest }: PendingRow): StreamHead {
  return cursorSeq !== null && cursorDigest ? { seq: Number(cursorSeq), digest: cursorDigest } : NEW_STREAM;
}
