import { setTimeout as sleep } from 'node:timers/promises';

/** One append that waits for its batch. */
interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** So many at once are answered together, and come again together. */
const CROWD = 16;
const MOMENT_MS = 1;
const MOMENTS = 3;

/**
 * Natural batching: what arrives while a batch commits is the next batch. Only in a crowd does one wait, and then for three moments at most; no
 * item fails by the fault of another.
 * @param commit makes a batch durable; called by one at a time
 */
export class GroupCommit<Item, Result> {
  #waiting: Waiting<Item, Result>[] = [];
  #running = false;

  /** @param isOfOneItem whether a failure may be the fault of one item, so that the others are tried by themselves */
  constructor(
    private readonly commit: (items: readonly Item[]) => Promise<Result>,
    private readonly limits: { readonly batch: number; readonly queue: number },
    private readonly overloaded: () => Error,
    private readonly isOfOneItem: (error: unknown) => boolean,
  ) {}

  append(item: Item): Promise<Result> {
    if (this.#waiting.length >= this.limits.queue) return Promise.reject(this.overloaded());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    // One turn of the event loop first: requests that were read together are written together.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.limits.batch);
      await this.#settle(batch);
      if (batch.length >= CROWD) await this.#gather(batch.length + this.#waiting.length);
    }
    this.#running = false;
  }

  /** Waits a little for those who were just answered: with those who wait already they are one batch, and not two in turn. */
  async #gather(expected: number): Promise<void> {
    for (let moments = 0; moments < MOMENTS && this.#waiting.length < expected; moments++) await sleep(MOMENT_MS);
  }

  async #settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const failure = await this.#commit(batch);
    if (failure === undefined) return;
    if (batch.length > 1 && this.isOfOneItem(failure.error)) {
      for (const one of batch) await this.#commitAlone(one);
    } else for (const one of batch) one.reject(failure.error);
  }

  async #commitAlone(one: Waiting<Item, Result>): Promise<void> {
    const failure = await this.#commit([one]);
    if (failure) one.reject(failure.error);
  }

  async #commit(batch: readonly Waiting<Item, Result>[]): Promise<{ readonly error: unknown } | undefined> {
    try {
      const result = await this.commit(batch.map((one) => one.item));
      for (const one of batch) one.resolve(result);
      return undefined;
    } catch (error) {
      return { error };
    }
  }
}
