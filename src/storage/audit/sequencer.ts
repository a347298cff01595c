import type { KeyObject } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { streamKey, type CheckedBatch, type StoredBatch } from '../../audit/log/check-batch.js';
import { checkStream } from '../../audit/log/check-stream.js';
import { NEW_STREAM, type StreamHead } from '../../audit/log/stream.js';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import { Serial } from '../ledger/serial.js';
import { SingleFlight } from '../ledger/single-flight.js';
import { growTree, readEdge, type LogEdge, type Ordered } from './grow-tree.js';
import { OwnBatches } from './own-batches.js';
import { prepared } from './prepared.js';
import { RecentEntries } from './recent-entries.js';
import type { WrittenTree } from './written-tree.js';

/** What has waited so long is not ordered by the one who ordered last: another takes over. */
const PATIENCE_MS = 700;
/** At once, whichever comes first. */
const MAX_BATCHES = 64;
const MAX_BYTES = 16 * 2 ** 20;

/** The first batches of all streams; of a stream whose batches are gone, a row without one. Of the streams in $3 a digest in place of the entries. */
const PENDING = `with pending as (
    select h.stream, h.seq as "headSeq", s.public_key as "publicKey", s.certificate, c.seq as "cursorSeq", c.digest as "cursorDigest",
      b.arrival, b.seq, b.count, b.entries, b.leaf_hashes as "leafHashes", b.signature, b.committed_at, p.first as placed
    from audit_stream_head h join audit_stream s on s.id = h.stream left join audit_cursor c on c.stream = h.stream
      left join lateral (select * from audit_batch a where a.stream = h.stream and a.seq > coalesce(c.seq, 0)
        order by a.seq limit ${MAX_BATCHES}) b on true
      left join audit_position p on p.arrival = b.arrival
    where h.seq > coalesce(c.seq, 0) and h.stream <> all($1::uuid[]) order by b.arrival nulls first limit ${MAX_BATCHES})
  select p.stream, p."headSeq", p."publicKey", p.certificate, p."cursorSeq", p."cursorDigest", p.arrival, p.seq, p.count, p."leafHashes",
    p.signature, p.placed, case when p.stream = any($3::uuid[]) then sha256(p.entries) end as digest,
    case when p.stream <> all($3) then encode(p.entries, 'base64') end as entries, (select size from audit_tree where id = 1) as size
  from (select *, sum(octet_length(entries)) over (order by arrival nulls first) - octet_length(entries) as earlier from pending) p
  where (earlier is null or earlier < ${MAX_BYTES})
    and exists (select from pending where committed_at is null or committed_at <= clock_timestamp() - $2 * interval '1 ms')
  order by arrival nulls first`;

interface PendingRow {
  /** Of the log. */
  readonly size: string;
  readonly stream: string;
  readonly headSeq: string;
  /** null, as all that is of a batch: it is gone. */
  readonly arrival: string | null;
  readonly seq: string;
  readonly count: number;
  readonly entries: Buffer | null;
  readonly digest: Buffer | null;
  readonly leafHashes: Buffer;
  readonly signature: Buffer;
  /** Where it is in the log already. */
  readonly placed: string | null;
  readonly publicKey: Buffer;
  readonly certificate: string;
  readonly cursorSeq: string | null;
  readonly cursorDigest: Buffer | null;
}

/**
 * Gives the batches of all streams one order, and grows the tree by them. Any process may do it at any time: of several that are at it, one lets the
 * log grow and the others find that it did. Whoever did so last goes on doing it, and the others look after it. A later append has the later place:
 * whoever saw a batch as committed before appending his own draws the higher arrival, whatever the clocks say.
 */
export class Sequencer {
  /** Streams of which a batch is not what its writer wrote: left out, for people to look at. */
  readonly #refused = new Set<string>();
  /** Of streams whose certificate was checked. */
  readonly #keys = new Map<string, KeyObject>();

  readonly #turns = new Serial();
  readonly #catching = new SingleFlight(async () => {
    while (await this.tick(true));
  });
  #isBehind = false;
  /** As this process left the log, or will find that another one went on. */
  #edge: LogEdge | undefined;
  readonly recent = new RecentEntries();

  /** @param onWrong is told once of each stream that is left out */
  constructor(
    private readonly database: DataSource | EntityManager,
    private readonly logKey: VerifierKey,
    private readonly written: WrittenTree,
    private readonly onWrong: (what: string, stream: string) => void,
    private readonly own = new OwnBatches(),
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
   * @param isUrgent also where another process is at it
   * @returns whether there may be more
   */
  tick(isUrgent: boolean): Promise<boolean> {
    return this.#turns.run(() => this.#tick(isUrgent));
  }

  async #tick(isUrgent: boolean): Promise<boolean> {
    this.#isBehind = false;
    const patience = isUrgent || this.#edge ? 0 : PATIENCE_MS;
    const pending = await this.#pending(patience);
    if (pending.length === 0) return false;
    const edge = await this.#edgeAt(Number(pending[0]?.size), patience === 0 && !isUrgent);
    const ordered = edge && this.#order(pending, edge.tip.size);
    if (!ordered || !(await this.#grow(edge, ordered))) return isUrgent;
    const bytes = pending.reduce((sum, { entries }) => sum + (entries?.length ?? 0), 0);
    this.#isBehind = pending.length === MAX_BATCHES || bytes >= MAX_BYTES;
    return this.#isBehind;
  }

  async #pending(patience: number): Promise<readonly PendingRow[]> {
    const rows = await this.#read(patience, [...this.own.streams]);
    const whole = rows.map((row) =>
      row.digest ? { ...row, entries: this.own.take(row.stream, Number(row.seq), row.digest) ?? null } : row,
    );
    const areAtHand = whole.every(({ digest, entries }) => !digest || entries);
    return areAtHand ? whole : this.#read(patience, []);
  }

  async #read(patience: number, atHand: readonly string[]): Promise<readonly PendingRow[]> {
    type Row = Omit<PendingRow, 'entries'> & { readonly entries: string | null };
    const values = [[...this.#refused], patience, atHand];
    const rows = await prepared<Row>(this.database, 'pending', PENDING, values);
    // In hexadecimal, as PostgreSQL gives bytes, they would cost twice as much.
    return rows.map((row) => ({ ...row, entries: row.entries === null ? null : Buffer.from(row.entries, 'base64') }));
  }

  /**
   * Where a log of this size goes on. What is remembered is good for one attempt: it grows, and the attempt may yet fail.
   * @returns undefined where another process went on
   */
  async #edgeAt(size: number, isOnlyOwn: boolean): Promise<LogEdge | undefined> {
    const own = this.#edge;
    this.#edge = undefined;
    if (own?.tip.size === size) return own;
    this.recent.clear();
    if (isOnlyOwn) return undefined;
    const read = await readEdge(this.database);
    return read.tip.size === size ? read : undefined;
  }

  async #grow(edge: LogEdge, ordered: Ordered): Promise<boolean> {
    const from = edge.tip.head();
    const grown = ordered.entries.length > 0 ? await growTree(this.database, edge, ordered) : edge;
    if (!grown) return false;
    this.#edge = grown;
    this.recent.add(from.size, ordered.entries);
    this.written.grew(from, grown.tip.head());
    return true;
  }

  #order(pending: readonly PendingRow[], size: number): Ordered {
    const good = new Map(byStream(pending).flatMap((rows) => this.#check(rows)));
    const positions: [first: number, count: number, arrival: string | null][] = [];
    const entries: Buffer[] = [];
    const leaves: Buffer[] = [];
    const heads = new Map<string, StreamHead>();
    for (const row of pending) {
      const checked = good.get(row);
      if (!checked) continue;
      positions.push([size + leaves.length, checked.leaves.length, row.arrival]);
      entries.push(...checked.entries);
      leaves.push(...checked.leaves);
      heads.set(row.stream, checked.head);
    }
    const cursors = [...heads].map(([stream, { seq, digest }]) => [stream, seq, digest] as const);
    return { entries, leaves, positions, cursors };
  }

  /** Of the first batches of a stream those that its writer wrote. After one that he did not, nothing of the stream is taken any more. */
  #check(rows: readonly PendingRow[]): readonly (readonly [PendingRow, CheckedBatch])[] {
    const [first] = rows;
    if (!first || this.#refused.has(first.stream)) return [];
    const head = cursorOf(first);
    const missing = rows.findIndex(({ arrival, placed }) => arrival === null || placed !== null);
    try {
      const there = (missing < 0 ? rows : rows.slice(0, missing)).map(batchOf);
      const { good, wrong } = checkStream(there, head, this.#keyOf(first));
      const error = wrong ?? notThere(rows[missing], good.at(-1)?.[1].head ?? head);
      if (error) this.#leaveOut(first.stream, error);
      return good.map(([{ row }, checked]) => [row, checked]);
    } catch (error) {
      this.#leaveOut(first.stream, error);
      return [];
    }
  }

  #leaveOut(stream: string, error: unknown): void {
    this.#refused.add(stream);
    this.onWrong((error as Error).message, stream);
  }

  #keyOf({ stream, publicKey, certificate }: PendingRow): KeyObject {
    const key = this.#keys.get(stream) ?? streamKey(stream, publicKey, certificate, this.logKey);
    this.#keys.set(stream, key);
    return key;
  }
}

function batchOf(row: PendingRow): StoredBatch & { readonly row: PendingRow } {
  return { ...row, seq: Number(row.seq), entries: row.entries ?? Buffer.alloc(0), row };
}

function byStream(pending: readonly PendingRow[]): readonly (readonly PendingRow[])[] {
  const streams = new Map<string, PendingRow[]>();
  for (const row of pending) streams.set(row.stream, [...(streams.get(row.stream) ?? []), row]);
  return [...streams.values()];
}

function notThere(row: PendingRow | undefined, { seq }: StreamHead): Error | undefined {
  if (!row) return undefined;
  const { arrival, stream, headSeq, placed } = row;
  if (arrival === null) return new Error(`records ${seq + 1} to ${headSeq} of stream ${stream} were removed`);
  return new Error(`record ${seq + 1} of stream ${stream} is in the log already, at ${placed}`);
}

function cursorOf({ cursorSeq, cursorDigest }: PendingRow): StreamHead {
  return cursorSeq !== null && cursorDigest ? { seq: Number(cursorSeq), digest: cursorDigest } : NEW_STREAM;
}
