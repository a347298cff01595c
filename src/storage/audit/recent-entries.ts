/** What is kept for the search index waits there for half a second. */
const MAX_BYTES = 16 * 2 ** 20;

interface Chunk {
  readonly first: number;
  readonly entries: readonly Buffer[];
}

/** The entries that this process has put in order last, for its search index: they need not be read back. */
export class RecentEntries {
  #chunks: Chunk[] = [];
  #bytes = 0;

  /** @param first the index of the first of them */
  add(first: number, entries: readonly Buffer[]): void {
    this.#chunks.push({ first, entries });
    this.#bytes += bytesOf(entries);
    while (this.#bytes > MAX_BYTES) this.#bytes -= bytesOf(this.#chunks.shift()?.entries ?? []);
  }

  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }

  /** The entries from `start` up to, not including, `end`; undefined where not all are at hand. Those before `start` are not kept on. */
  take(start: number, end: number): Buffer[] | undefined {
    while (this.#chunks[0] && this.#chunks[0].first + this.#chunks[0].entries.length <= start)
      this.#bytes -= bytesOf(this.#chunks.shift()?.entries ?? []);
    if (!(Number(this.#chunks[0]?.first) <= start)) return undefined;
    const taken: Buffer[] = [];
    for (const { first, entries } of this.#chunks) {
      if (first >= end) break;
      taken.push(...entries.slice(Math.max(0, start - first), end - first));
    }
    return taken.length === end - start ? taken : undefined;
  }
}

function bytesOf(entries: readonly Buffer[]): number {
  return entries.reduce((sum, { length }) => sum + length, 0);
}
