type Leave = () => void;

/** One at a time for each name, in the order asked. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Whether somebody has the turn, or waits for it. */
  isTaken(name: string): boolean {
    return this.#last.has(name);
  }

  /** Waits for the turn. @returns what gives it on; to be called in every case */
  async take(name: string): Promise<Leave> {
    const before = this.#last.get(name);
    const { promise: mine, resolve: leave } = withResolver();
    const last = Promise.all([before, mine]).then(() => {
      if (this.#last.get(name) === last) this.#last.delete(name);
    });
    this.#last.set(name, last);
    await before;
    return leave;
  }
}

function withResolver(): { promise: Promise<void>; resolve: Leave } {
  let resolve: Leave = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
