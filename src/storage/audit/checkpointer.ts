import type { DataSource } from 'typeorm';
import { checkpointText } from '../../audit/log/checkpoint-text.js';
import type { KeptCheckpoint } from '../../audit/log/kept-checkpoint.js';
import type { LogSigner } from '../../audit/log/log-signer.js';
import { EMPTY_ROOT } from '../../audit/merkle-hash.js';
import { NotVerified } from '../../audit/verifier/not-verified.js';
import { openCheckpoint } from '../../audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../../audit/verifier/open-note.js';
import { isConsistent, type TreeHead } from '../../audit/verifier/verify-proof.js';
import { KmsError } from '../../errors.js';
import { Serial } from '../ledger/serial.js';
import { readTip, type Sql } from './log-tables.js';
import { proverOn } from './log-tiles.js';
import { isSame, type WrittenTree } from './written-tree.js';

/**
 * Signs the tree as it is, but never one that contradicts what was signed before, nor one with a record that no writer of the log wrote: what this
 * node signed last is kept outside the database, the tree must go on from it, and all that was added must be batches with their writers' signatures.
 */
export class Checkpointer {
  /** One at a time: what is kept must not go back to what was read earlier. */
  readonly #turns = new Serial();

  constructor(
    private readonly database: DataSource,
    private readonly signer: LogSigner,
    private readonly kept: KeptCheckpoint,
    private readonly written: WrittenTree,
    private readonly onSigned: (note: string) => void = () => undefined,
  ) {}

  /**
   * @returns the new checkpoint; undefined when the tree has not grown
   * @throws KmsError integrity-failure when the log lost or changed what was signed: it was tampered with, or an older backup was restored
   */
  sign(): Promise<string | undefined> {
    return this.#turns.run(() => this.#sign());
  }

  async #sign(): Promise<string | undefined> {
    const signed = await this.#signNext();
    if (!signed) return undefined;
    const { size, note } = signed;
    // Not in the transaction of one snapshot: that fails where another node, or a request, signs the same tree at the same time.
    await this.database.query('insert into audit_checkpoint (size, note) values ($1, $2) on conflict do nothing', [
      size,
      note,
    ]);
    this.onSigned(note);
    return note;
  }

  async #signNext(): Promise<{ readonly size: number; readonly note: string } | undefined> {
    // Before the tree is read: another node with the same file may sign a newer tree meanwhile.
    const before = await this.#signedBefore();
    const now = (await readTip(this.database)).head();
    if (isSame(before, now)) return undefined;
    if (this.written.hasGrown(before, now)) return this.#signed(now);
    return this.database.transaction('REPEATABLE READ', async (manager) => {
      const tree = (await readTip(manager)).head();
      await this.#mustGoOn(manager, before, tree);
      return this.#signed(tree);
    });
  }

  async #mustGoOn(sql: Sql, before: TreeHead, now: TreeHead): Promise<void> {
    if (now.size < before.size) {
      throw refused(`it has ${now.size} records, and ${before.size} were signed: an older state was restored`);
    }
    if (!isConsistent(before, now, await proverOn(sql).consistency(before.size, now.size))) {
      throw refused(`its first ${before.size} records are not those that were signed`);
    }
    const lookedAt = await this.#lookedAt(sql, before, now);
    await this.written.mustBeWritten(sql, lookedAt, now).catch((error: unknown) => {
      throw error instanceof NotVerified ? refused(error.message) : error;
    });
  }

  async #signed(now: TreeHead): Promise<{ readonly size: number; readonly note: string }> {
    const note = this.signer.sign(checkpointText(this.signer.name, now.size, now.root));
    await this.kept.write(note);
    this.written.signed(now);
    return { size: now.size, note };
  }

  /** Of the tree as it is: signed now, if it was not yet. @throws KmsError as `sign` does */
  async newest(): Promise<string> {
    const note = (await this.sign()) ?? (await this.kept.read());
    return note ?? this.signer.sign(checkpointText(this.signer.name, 0, EMPTY_ROOT));
  }

  async #signedBefore(): Promise<TreeHead> {
    const note = await this.kept.read();
    if (note === undefined) return { size: 0, root: EMPTY_ROOT };
    return openCheckpoint(note, readVerifierKey(this.signer.verifierKey));
  }

  /** The newest tree in this one that a node has signed: that one has looked at its records. */
  async #lookedAt(sql: Sql, before: TreeHead, now: TreeHead): Promise<TreeHead> {
    const [newest] = await sql.query<{ note: string }[]>(
      'select note from audit_checkpoint where size > $1 and size <= $2 order by size desc limit 1',
      [before.size, now.size],
    );
    const signed = newest && this.#opened(newest.note);
    if (!signed) return before;
    const proof = await proverOn(sql).consistency(signed.size, now.size);
    return isConsistent(signed, now, proof) ? signed : before;
  }

  #opened(note: string): TreeHead | undefined {
    try {
      return openCheckpoint(note, readVerifierKey(this.signer.verifierKey));
    } catch {
      return undefined;
    }
  }
}

function refused(why: string): KmsError {
  return new KmsError('integrity-failure', `the audit log is not signed any further: ${why}`);
}
