import type { DataSource } from 'typeorm';
import { AuditLog, type SealedRowMark, type SealedRowName } from '../../audit/audit-log.js';
import { proofText } from '../../audit/log/checkpoint-text.js';
import type { Droppable } from '../../audit/log/may-drop.js';
import { TILE_WIDTH, tileWidth, type TileName } from '../../audit/log/tile.js';
import { HASH_BYTES, leafHash } from '../../audit/merkle-hash.js';
import { NotVerified } from '../../audit/verifier/not-verified.js';
import { openCheckpoint } from '../../audit/verifier/open-checkpoint.js';
import { readVerifierKey } from '../../audit/verifier/open-note.js';
import { WitnessPolicy } from '../../audit/verifier/witness-policy.js';
import { KmsError } from '../../errors.js';
import { databaseFailure } from '../database-failure.js';
import type { Checkpointer } from './checkpointer.js';
import { droppableUpTo } from './droppable.js';
import { readEntries } from './log-tables.js';
import { proverOn, readBundle, readTilePart } from './log-tiles.js';
import { readCosigned } from './read-cosigned.js';
import { readSealedRowMarks } from './sealed-row-marks.js';
import type { Sequencer } from './sequencer.js';

/** The log out of its tables. */
export class PublishedLog extends AuditLog {
  constructor(
    private readonly database: DataSource,
    private readonly sequencer: Sequencer,
    private readonly checkpointer: Checkpointer,
    readonly verifierKey: string,
    private readonly witnesses = WitnessPolicy.none,
  ) {
    super();
  }

  override checkpoint(): Promise<string> {
    return this.#reading(async () => {
      await this.sequencer.catchUp();
      return this.checkpointer.newest();
    });
  }

  override cosigned(): Promise<string | undefined> {
    return this.#reading(() => readCosigned(this.database, readVerifierKey(this.verifierKey), this.witnesses));
  }

  override tile(name: TileName): Promise<Buffer | undefined> {
    return this.#reading(async () => {
      const { level, index, width } = name;
      if (width > tileWidth(level, index, await this.#size())) return undefined;
      return level === 'entries'
        ? readBundle(this.database, index, width)
        : readTilePart(this.database, level, index, width);
    });
  }

  override entry(index: number): Promise<Buffer | undefined> {
    return this.#reading(async () => {
      const [entry] = await readEntries(this.database, index, index + 1);
      const tile = await readTilePart(this.database, 0, Math.floor(index / TILE_WIDTH), (index % TILE_WIDTH) + 1);
      if (!entry || leafHash(entry).equals(tile.subarray(-HASH_BYTES))) return entry;
      throw new KmsError('integrity-failure', `audit record ${index} is not what its hash says: it was changed`);
    });
  }

  override proof(index: number, ofSize?: number): Promise<string | undefined> {
    return this.#reading(async () => {
      const checkpoint = await (ofSize === undefined ? this.#newestOver(index) : this.#signed(ofSize));
      if (checkpoint === undefined) return undefined;
      const { size } = openCheckpoint(checkpoint, readVerifierKey(this.verifierKey));
      if (index >= size) return undefined;
      return proofText(index, await proverOn(this.database).inclusion(index, size), checkpoint);
    });
  }

  override consistency(from: number, to: number): Promise<readonly Buffer[] | undefined> {
    return this.#reading(async () => {
      if (from > to || to > (await this.#size())) return undefined;
      return proverOn(this.database).consistency(from, to);
    });
  }

  override droppableUpTo(from: number, droppable: Droppable): Promise<number> {
    return this.#reading(() => droppableUpTo(this.database, from, droppable));
  }

  override rows(after: SealedRowName | undefined, limit: number): Promise<readonly SealedRowMark[]> {
    return this.#reading(() => readSealedRowMarks(this.database, after, limit));
  }

  /** What is signed already does; else the newest tree is signed. */
  async #newestOver(index: number): Promise<string> {
    const { name } = readVerifierKey(this.verifierKey);
    const [newest] = await this.database.query<{ note: string; size: string }[]>(
      'select note, size from audit_checkpoint where starts_with(note, $1) order by size desc limit 1',
      [`${name}\n`],
    );
    return newest && index < Number(newest.size) ? newest.note : this.checkpoint();
  }

  async #signed(size: number): Promise<string | undefined> {
    const [found] = await this.database.query<{ note: string }[]>('select note from audit_checkpoint where size = $1', [
      size,
    ]);
    return found?.note;
  }

  async #size(): Promise<number> {
    const [tree] = await this.database.query<{ size: string }[]>('select size from audit_tree where id = 1');
    return Number(tree?.size ?? 0);
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof NotVerified)
        throw new KmsError('integrity-failure', `the audit log: ${error.message}`, error);
      throw databaseFailure(error);
    }
  }
}
