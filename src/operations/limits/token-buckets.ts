/** As many keys are remembered; beyond it the ones that were not seen for longest begin anew, with a full bucket. */
const MOST_KEYS = 50_000;

interface Bucket {
  level: number;
  /** `performance.now()` at which the level was so. */
  at: number;
}

/**
 * A token bucket for each key, in memory: `rate` units a second flow in, up to `burst`. Of our own, because it must be
 * synchronous, continuous and weighted; libraries count in fixed windows, with a timer or a promise for each call.
 */
export class TokenBuckets {
  /** Least recently used first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Takes `cost` units. What costs more than a full bucket passes when the bucket is full, and leaves a debt.
   * @returns 0, or the seconds until it would pass; then nothing was taken
   */
  spend(key: string, cost: number): number {
    const bucket = this.#bucketOf(key);
    const needed = Math.min(cost, this.burst);
    if (bucket.level < needed) return (needed - bucket.level) / this.rate;
    bucket.level -= cost;
    return 0;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #bucketOf(key: string): Bucket {
    const now = this.now();
    const { level, at } = this.#buckets.get(key) ?? { level: this.burst, at: now };
    const bucket = { level: Math.min(this.burst, level + ((now - at) / 1000) * this.rate), at: now };
    this.#buckets.delete(key);
    const [oldest] = this.#buckets.size < MOST_KEYS ? [] : this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
