/** A request may last so long, and clocks may be that far apart. */
const EXPLAINED_MS = 60_000;

/** The dates of records in the order of the log, which depends on no clock: they tell of clocks that were wrong, and of records that were dated back. */
export class Dates {
  #latest = -Infinity;
  #most = 0;
  #record: number | undefined;

  /** @param at as it stands in the record */
  add(at: string, index: number): void {
    const time = Date.parse(at);
    if (Number.isNaN(time)) return;
    if (this.#latest - time > this.#most) {
      this.#most = this.#latest - time;
      this.#record = index;
    }
    this.#latest = Math.max(this.#latest, time);
  }

  verdict(): { readonly datedBackSeconds: number; readonly datedBackRecord?: number } {
    const datedBackSeconds = this.#most / 1000;
    const isStrange = this.#most > EXPLAINED_MS && this.#record !== undefined;
    return isStrange ? { datedBackSeconds, datedBackRecord: this.#record as number } : { datedBackSeconds };
  }
}
