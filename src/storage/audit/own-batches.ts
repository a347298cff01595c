import { hash } from 'node:crypto';
import type { Batch } from '../../audit/log/stream.js';

const MAX_BYTES = 16 * 2 ** 20;

/** The entries of the batches that this process has written last, for its sequencer: where the database still has the same, they need not be sent back. */
export class OwnBatches {
  /** By stream and number, the oldest first. */
  readonly #entries = new Map<string, Buffer>();
  #bytes = 0;
  /** Of which some may be at hand. */
  readonly streams = new Set<string>();

  /** @param maxBytes of entries; the oldest are not kept beyond it */
  constructor(private readonly maxBytes = MAX_BYTES) {}

  add({ stream, seq, entries }: Pick<Batch, 'stream' | 'seq' | 'entries'>): void {
    this.#remove(nameOf(stream, seq));
    this.#entries.set(nameOf(stream, seq), entries);
    this.#bytes += entries.length;
    this.streams.add(stream);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.#remove(oldest);
    }
  }

  /**
   * What is taken is not kept any longer.
   * @param digest SHA-256 of what the database has
   * @returns undefined where it is not at hand, or is not what the database has
   */
  take(stream: string, seq: number, digest: Buffer): Buffer | undefined {
    const entries = this.#remove(nameOf(stream, seq));
    return entries && hash('sha256', entries, 'buffer').equals(digest) ? entries : undefined;
  }

  #remove(name: string): Buffer | undefined {
    const entries = this.#entries.get(name);
    if (entries && this.#entries.delete(name)) this.#bytes -= entries.length;
    return entries;
  }
}

function nameOf(stream: string, seq: number): string {
  return `${stream} ${seq}`;
}
