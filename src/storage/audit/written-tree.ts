import { checkBatch, streamKey, type StoredBatch } from '../../audit/log/check-batch.js';
import type { TreeTip } from '../../audit/log/tree-tip.js';
import { NotVerified } from '../../audit/verifier/not-verified.js';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import type { TreeHead } from '../../audit/verifier/verify-proof.js';
import type { Sql } from './log-tables.js';
import { readTipAt } from './log-tiles.js';

/** At once, whichever comes first. */
const MAX_BATCHES = 64;
const MAX_BYTES = 16 * 2 ** 20;

const PLACED = `with placed as (select p.first, b.stream, b.seq, b.count, b.before, b.entries, b.leaf_hashes as "leafHashes", b.signature,
      s.public_key as "publicKey", s.certificate
    from audit_position p join audit_batch b using (arrival) join audit_stream s on s.id = b.stream
    where p.first >= $1 and p.first < $2 order by p.first limit ${MAX_BATCHES})
  select * from (select *, sum(octet_length(entries)) over (order by first) - octet_length(entries) as earlier from placed) p
  where earlier < ${MAX_BYTES} order by first`;

interface PlacedRow extends Omit<StoredBatch, 'seq'> {
  readonly first: string;
  readonly seq: string;
  readonly before: Buffer;
  readonly publicKey: Buffer;
  readonly certificate: string;
}

/**
 * Up to where this process knows that every record of the tree was written by a writer of the log. The sequencer looks at each batch, but the
 * tree that it grows is in the database, where others could let it grow, too.
 */
export class WrittenTree {
  /** From which on this process itself let the tree grow to what is known. */
  #signed: TreeHead | undefined;

  /** @param known at first */
  constructor(
    private readonly logKey: VerifierKey,
    private known?: TreeHead,
  ) {}

  /** The sequencer of this process has let the tree grow by what it looked at. */
  grew(from: TreeHead, to: TreeHead): void {
    if (this.known && isSame(this.known, from)) this.known = to;
  }

  /** What is known was signed. */
  signed(now: TreeHead): void {
    this.#signed = this.known && isSame(this.known, now) ? now : undefined;
  }

  /** Whether `before` was signed, and nobody but this process let the tree grow from there to `now`: there is nothing to look at. */
  hasGrown(before: TreeHead, now: TreeHead): boolean {
    return (
      this.#signed !== undefined && isSame(this.#signed, before) && this.known !== undefined && isSame(this.known, now)
    );
  }

  /**
   * @param sql    of one snapshot
   * @param signed a tree that `now` goes on from, and that was looked at before it was signed
   * @throws NotVerified that says which record no writer wrote
   */
  async mustBeWritten(sql: Sql, signed: TreeHead, now: TreeHead): Promise<void> {
    const tip = (await this.#knownTip(sql, signed, now)) ?? (await readTipAt(sql, signed.size));
    await this.#grow(sql, tip, now.size);
    if (!tip.root().equals(now.root)) throw new NotVerified('its hashes are not those of its records');
    if (this.known && this.known.size >= now.size) return;
    this.known = now;
    this.#signed = undefined;
  }

  /** @returns undefined where less is known than was signed, or where the database was put back meanwhile */
  async #knownTip(sql: Sql, signed: TreeHead, now: TreeHead): Promise<TreeTip | undefined> {
    const { known } = this;
    if (!known || known.size < signed.size || known.size > now.size) return undefined;
    const tip = await readTipAt(sql, known.size);
    return tip.root().equals(known.root) ? tip : undefined;
  }

  async #grow(sql: Sql, tip: TreeTip, size: number): Promise<void> {
    while (tip.size < size) {
      const rows = await sql.query<PlacedRow[]>(PLACED, [tip.size, size]);
      if (rows.length === 0) throw new NotVerified(`no writer of the log wrote record ${tip.size}`);
      for (const row of rows) {
        if (Number(row.first) !== tip.size) throw new NotVerified(`no writer of the log wrote record ${tip.size}`);
        for (const leaf of this.#leavesOf(row)) tip.append(leaf);
      }
    }
  }

  #leavesOf(row: PlacedRow): readonly Buffer[] {
    const seq = Number(row.seq);
    try {
      const key = streamKey(row.stream, row.publicKey, row.certificate, this.logKey);
      return checkBatch({ ...row, seq }, { seq: seq - 1, digest: row.before }, key).leaves;
    } catch (error) {
      throw new NotVerified(`no writer of the log wrote record ${row.first}: ${(error as Error).message}`);
    }
  }
}

export function isSame(one: TreeHead, other: TreeHead): boolean {
  return one.size === other.size && one.root.equals(other.root);
}
