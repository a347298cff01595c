import { openCheckpoint } from '../../audit/verifier/open-checkpoint.js';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import { NotVerified } from '../../audit/verifier/not-verified.js';
import type { Sql } from './log-tables.js';

/** At once, of checkpoints. */
const MOST = 16;

const SIGNED_BEFORE = `select c.note from (select note, signed_at from audit_checkpoint
    where size > (select purged from audit_tree where id = 1) and starts_with(note, $1) order by size limit ${MOST}) c
  where c.signed_at < now() - interval '1 day'`;

/**
 * The batches as their writers wrote them. Until a node signs what they add to the tree, their signatures say that a writer wrote it; after that the
 * checkpoint does. They stay a day longer.
 */
export class Inbox {
  constructor(
    private readonly database: Sql,
    private readonly logKey: VerifierKey,
  ) {}

  /** Deletes a bounded part of what the bundles hold and a checkpoint has covered for a day. */
  async purge(): Promise<void> {
    const rows = await this.database.query<{ note: string }[]>(SIGNED_BEFORE, [`${this.logKey.name}\n`]);
    const size = Math.max(0, ...rows.map(({ note }) => this.#sizeOf(note)));
    if (size > 0) await this.database.query('select audit_purge($1)', [size]);
  }

  /** 0: what is no checkpoint of this log's key covers nothing. */
  #sizeOf(note: string): number {
    try {
      return openCheckpoint(note, this.logKey).size;
    } catch (error) {
      if (error instanceof NotVerified) return 0;
      throw error;
    }
  }
}
