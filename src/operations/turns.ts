/** One at a time for each name, in the order asked. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Whether somebody has the turn, or waits for it. */
  isTaken(name: string): boolean {
    return this.#last.has(name);
  }

  /** Waits for the turn. @returns what gives it on; to be called in every case */
  async take(name: string): Promise<() => void> {
    const before = this.#last.get(name);
    let end: (() => void) | undefined;
    const last = new Promise<void>((resolve) => (end = resolve));
    this.#last.set(name, last);
    await before;
    return () => {
      if (this.#last.get(name) === last) this.#last.delete(name);
      end?.();
    };
  }
}
