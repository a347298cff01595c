import type { Droppable } from './log/may-drop.js';
import type { TileName } from './log/tile.js';

/** Names a row of a sealed table. */
export interface SealedRowName {
  readonly table: string;
  readonly id: string;
}

/** A row that decides something, as it is in its table. */
export interface SealedRowMark extends SealedRowName {
  readonly revision: number;
  /** In base64. */
  readonly tag: string;
}

/** The log as it is published: everything an auditor needs to verify it without trusting the service. */
export abstract class AuditLog {
  /** `name+id+key` of what signs it; the name is its origin. */
  abstract readonly verifierKey: string;

  /**
   * The newest checkpoint, over all that was written before the call.
   * @throws KmsError integrity-failure when nothing may be signed any more
   */
  abstract checkpoint(): Promise<string>;

  /** The newest checkpoint that the service's witnesses co-signed, enough of them, with their cosignatures. @returns undefined: there is none */
  abstract cosigned(): Promise<string | undefined>;

  /** A tile or a bundle, of exactly this width. @returns undefined: the log has none */
  abstract tile(name: TileName): Promise<Buffer | undefined>;

  /** The bytes of a record. @returns undefined: the log is not so long */
  abstract entry(index: number): Promise<Buffer | undefined>;

  /**
   * A proof that a record is in the log, as a file of its own: https://c2sp.org/tlog-proof
   * @param size of the tree that it is in, of which there is a checkpoint; default: the newest
   * @returns undefined: the log is not so long, or no tree of this size was signed
   */
  abstract proof(index: number, size?: number): Promise<string | undefined>;

  /** That the tree of `to` records goes on from the one of `from`. @returns undefined: the log is not so long */
  abstract consistency(from: number, to: number): Promise<readonly Buffer[] | undefined>;

  /**
   * Up to where whole bundles, from `from` on, may be dropped; a bounded number of them at once.
   * @throws KmsError integrity-failure: what is not what was signed is evidence, and stays
   */
  abstract droppableUpTo(from: number, droppable: Droppable): Promise<number>;

  /** The rows of all sealed tables in a fixed order, from behind one on: what `detail.rows` of the records must add up to. */
  abstract rows(after: SealedRowName | undefined, limit: number): Promise<readonly SealedRowMark[]>;
}
