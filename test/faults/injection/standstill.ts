const EVERY_MS = 100;

/** How long this process itself did not run: on a machine that has no time for it, gaps and time-outs are not the service's. */
export class Standstill {
  #last = performance.now();
  #longestMs = 0;

  constructor() {
    setInterval(() => this.#beat(), EVERY_MS).unref();
  }

  /** Up to now. */
  get longestMs(): number {
    this.#beat();
    return this.#longestMs;
  }

  #beat(): void {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#last - EVERY_MS);
    this.#last = now;
  }
}
