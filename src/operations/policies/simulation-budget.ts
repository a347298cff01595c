import { KmsError } from '../../errors.js';

const MAX_KEYS = 20_000;
/** Of all keys together, and of one. */
const MAX_ACTIONS = 100_000;
const MAX_OF_A_KEY = 5000;
const MAX_MS = 10_000;
/** For so long nobody else has his turn. */
const SLICE_MS = 10;

/** What one simulation may take of a node. */
export class SimulationBudget {
  readonly #endsAt: number;
  #sliceEndsAt: number;
  #keys = 0;
  #actions = 0;
  #ofKey = 0;

  /** @param monotonicNow milliseconds of a clock that only goes forward */
  constructor(private readonly monotonicNow: () => number) {
    this.#endsAt = monotonicNow() + MAX_MS;
    this.#sliceEndsAt = 0;
  }

  /** Before each key; lets others have their turn. @throws KmsError limit-reached */
  async nextKey(): Promise<void> {
    this.#keys += 1;
    this.#ofKey = 0;
    if (this.#keys > MAX_KEYS) {
      throw new KmsError('limit-reached', `more than ${MAX_KEYS} keys: simulate for those with certain tags`);
    }
    await othersTurn();
    this.#sliceEndsAt = this.#inTime() + SLICE_MS;
  }

  /** Before each thing that is done to the key. @throws KmsError limit-reached */
  async nextAction(): Promise<void> {
    this.#actions += 1;
    this.#ofKey += 1;
    if (this.#actions > MAX_ACTIONS || this.#ofKey > MAX_OF_A_KEY) {
      throw tooMuch(`${MAX_OF_A_KEY} actions on a key, or ${MAX_ACTIONS} on all`);
    }
    if (this.#inTime() < this.#sliceEndsAt) return;
    await othersTurn();
    this.#sliceEndsAt = this.#inTime() + SLICE_MS;
  }

  /** @throws KmsError limit-reached */
  #inTime(): number {
    const now = this.monotonicNow();
    if (now > this.#endsAt) throw tooMuch(`${MAX_MS / 1000} seconds of work`);
    return now;
  }
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function tooMuch(what: string): KmsError {
  return new KmsError('limit-reached', `more than ${what}: simulate fewer days, or fewer keys by tags`);
}
