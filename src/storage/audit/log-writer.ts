import type { Pool } from 'pg';
import type { EntityManager } from 'typeorm';
import type { LogSigner } from '../../audit/log/log-signer.js';
import { headAfter, NEW_STREAM, Stream, type Batch, type StreamHead } from '../../audit/log/stream.js';
import type { AuditRecord } from '../../audit/record.js';
import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import { OwnBatches } from './own-batches.js';

const OPEN = 'select audit_open_stream($1, $2, $3, $4)';
/** The scopes' revisions are those of the statement's snapshot: whatever committed before it is in. */
const APPEND = `select audit_append($1, $2, $3, $4, $5, $6, $7, $8) as appended,
  (select json_object_agg(scope_id, revision) from head where scope_id = any($9::uuid[])) as revisions`;
const LOCK = 'select seq, digest from audit_lock_stream($1)';
/** What `audit_append` raises. */
const NOT_WHERE_IT_WAS = 'P0001';

/**
 * This process's two streams in the log: one for requests, which waits for nobody, and one for changes of state, which commit with
 * their change.
 */
export class LogWriter {
  /** Of requests. */
  readonly own = new OwnBatches();
  readonly #requests: Stream;
  readonly #changes: Stream;
  #opened: Promise<unknown> | undefined;
  #leftOut: string | undefined;
  #head = NEW_STREAM;
  /** Sent, and never answered: perhaps it is there. */
  #inDoubt: { readonly batch: Batch; readonly records: readonly AuditRecord[] } | undefined;
  /** Where the stream of changes may be: each may have been rolled back, or its answer lost. */
  #changesMayBeAt: readonly StreamHead[] = [NEW_STREAM];

  constructor(
    private readonly pool: Pool,
    signer: LogSigner,
    readonly node: string,
  ) {
    this.#requests = new Stream(uuidv7(), signer);
    this.#changes = new Stream(uuidv7(), signer);
  }

  /** Whether a batch was sent of which it is not known whether it is there: it is sent again before anything else. */
  get isInDoubt(): boolean {
    return this.#inDoubt !== undefined;
  }

  /**
   * One commit; called by one at a time. The same array again, after a failure, is the same batch again: it is there once.
   * @returns the revisions of the scopes at that moment
   */
  async append(records: readonly AuditRecord[], scopes: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await this.#open();
    if (this.#inDoubt && this.#inDoubt.records !== records) await this.#send(this.#inDoubt.batch, []);
    this.#inDoubt ??= { batch: this.#requests.batch(records, this.#head), records };
    return this.#send(this.#inDoubt.batch, scopes);
  }

  /** Opens the streams in a transaction that brings the whole log: they are there with it or not at all. */
  async openIn(manager: EntityManager): Promise<void> {
    for (const stream of [this.#requests, this.#changes]) await manager.query(OPEN, this.#opening(stream));
    this.#opened = Promise.resolve();
  }

  #opening({ id, publicKey, certificate }: Stream): unknown[] {
    return [id, this.node, publicKey, certificate];
  }

  /** Of a stream nothing more gets into the log: who writes to it is told so. */
  leftOut(stream: string): void {
    if (stream === this.#requests.id || stream === this.#changes.id) this.#leftOut = stream;
  }

  /** Streams are opened on a connection of their own: not in a transaction that may be rolled back. */
  async #open(): Promise<void> {
    if (this.#leftOut !== undefined) throw changedBehindUs(this.#leftOut);
    const open = (stream: Stream) => this.pool.query(OPEN, this.#opening(stream));
    this.#opened ??= Promise.all([open(this.#requests), open(this.#changes)]);
    try {
      await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }

  async #send(batch: Batch, scopes: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const values = [...valuesOf(batch), scopes];
    // Before it is there: the sequencer may see it sooner than its answer comes.
    this.own.add(batch);
    const { rows } = await guarded(batch, () =>
      this.pool.query<{ revisions: Record<string, number> | null }>({ name: 'append', text: APPEND, values }),
    );
    this.#head = headAfter(batch);
    this.#inDoubt = undefined;
    return new Map(Object.entries(rows[0]?.revisions ?? {}));
  }

  /** In the transaction of a change, as its last step: the stream is locked until the transaction ends. */
  async appendIn(manager: EntityManager, records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#open();
    const [row] = await manager.query<{ seq: string; digest: Buffer }[]>(LOCK, [this.#changes.id]);
    const at = row && { seq: Number(row.seq), digest: row.digest };
    const head = this.#changesMayBeAt.find(({ seq, digest }) => at?.seq === seq && at.digest.equals(digest));
    if (!head) throw changedBehindUs(this.#changes.id);
    const batch = this.#changes.batch(records, head);
    // A change that lost its connection here may learn late where the stream was, when another one has already gone on from there.
    const since = this.#changesMayBeAt.filter(({ seq }) => seq > head.seq);
    this.#changesMayBeAt = [head, ...since, headAfter(batch)];
    await guarded(batch, () => manager.query('select audit_append($1, $2, $3, $4, $5, $6, $7, $8)', valuesOf(batch)));
  }
}

async function guarded<T>({ stream }: Batch, query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === NOT_WHERE_IT_WAS) throw changedBehindUs(stream);
    throw error;
  }
}

function valuesOf(batch: Batch): unknown[] {
  const { stream, seq, count, before, digest, entries, leafHashes, signature } = batch;
  return [stream, seq, count, before, digest, entries, leafHashes, signature];
}

function changedBehindUs(stream: string): KmsError {
  const detail = `stream ${stream} of the audit log is not where this node left it: something else changed the database`;
  return new KmsError('integrity-failure', detail);
}
