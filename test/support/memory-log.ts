import { AuditLog } from '../../src/audit/audit-log.js';
import { bundleOf } from '../../src/audit/log/bundle.js';
import { checkpointText, proofText } from '../../src/audit/log/checkpoint-text.js';
import { encodeEntry } from '../../src/audit/log/entry.js';
import { mayDrop, type Droppable } from '../../src/audit/log/may-drop.js';
import { tileWidth, type TileName } from '../../src/audit/log/tile.js';
import { HASH_BYTES } from '../../src/audit/merkle-hash.js';
import { grow } from '../unit/audit/trees.js';
import type { MemoryLedger } from './memory-ledger.js';
import { TEST_SIGNER } from './test-log.js';

/** The log over the records of a ledger in memory: the tree is grown anew for each question. */
export class MemoryLog extends AuditLog {
  readonly verifierKey = TEST_SIGNER.verifierKey;

  constructor(private readonly ledger: MemoryLedger) {
    super();
  }

  override async checkpoint(): Promise<string> {
    return this.#checkpoint(this.#entries());
  }

  override async cosigned(): Promise<undefined> {
    return undefined;
  }

  override async tile({ level, index, width }: TileName): Promise<Buffer | undefined> {
    const entries = this.#entries();
    if (width > tileWidth(level, index, entries.length)) return undefined;
    if (level === 'entries') return bundleOf(entries.slice(index * 256, index * 256 + width));
    return (await grow(entries).tile(level, index)).subarray(0, width * HASH_BYTES);
  }

  override async entry(index: number): Promise<Buffer | undefined> {
    return this.#entries()[index];
  }

  override async proof(index: number, size?: number): Promise<string | undefined> {
    const entries = this.#entries().slice(0, size);
    if (index >= entries.length) return undefined;
    return proofText(index, await grow(entries).prover.inclusion(index, entries.length), this.#checkpoint(entries));
  }

  override async consistency(from: number, to: number): Promise<readonly Buffer[] | undefined> {
    const entries = this.#entries();
    return to > entries.length ? undefined : grow(entries.slice(0, to)).prover.consistency(from, to);
  }

  override async droppableUpTo(from: number, droppable: Droppable): Promise<number> {
    const [entries, next] = [this.#entries(), from + 256];
    return next <= entries.length && mayDrop(entries.slice(from, next), droppable) ? next : from;
  }

  override async rows(): Promise<[]> {
    return [];
  }

  #entries(): Buffer[] {
    const stream = '01890a5d-ac96-774b-bcce-b302099a8058';
    return this.ledger.records.map((record, at) => encodeEntry(record, { stream, seq: at + 1 }));
  }

  #checkpoint(entries: readonly Buffer[]): string {
    return TEST_SIGNER.sign(checkpointText(TEST_SIGNER.name, entries.length, grow(entries).tip.root()));
  }
}
