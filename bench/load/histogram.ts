const BIN_US = 10;
const BINS = 1_000_000;

/** Latencies in bins of 10 µs, up to 10 s. */
export class Histogram {
  readonly #bins = new Uint32Array(BINS);
  #count = 0;

  add(microseconds: number): void {
    const bin = Math.min(BINS - 1, Math.floor(microseconds / BIN_US));
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    this.#count += 1;
  }

  /** The latency in µs that this share (0 to 1) of all stayed within. */
  quantile(share: number): number {
    const rank = Math.ceil(this.#count * share);
    let seen = 0;
    for (const [bin, count] of this.#bins.entries()) {
      seen += count;
      if (seen >= rank) return (bin + 1) * BIN_US;
    }
    return BINS * BIN_US;
  }
}
