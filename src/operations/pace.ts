import { KmsError } from '../errors.js';
import type { Arrival } from './arrival.js';

/** The event loop belongs to all requests: one that does much lets the others in after so long. */
const TURN_MS = 20;
/** An answer that takes longer is of no use: who asks has long given up. */
const PATIENCE_MS = 60_000;

/** How one call gets on with its items: not at the cost of others, not for ever, and not for nobody. */
export class Pace {
  readonly #until = performance.now() + PATIENCE_MS;
  #turnEnds = performance.now() + TURN_MS;

  constructor(private readonly arrival: Arrival) {}

  /** Before each item. @throws KmsError overloaded where it is not worth while to go on */
  next(): void | Promise<void> {
    const now = performance.now();
    if (now > this.#until) {
      throw new KmsError('overloaded', 'the items before this one took too long: send the rest in smaller batches');
    }
    if (this.arrival.isGone?.()) throw new KmsError('overloaded', 'who asked has closed the connection');
    if (now < this.#turnEnds) return;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#turnEnds = performance.now() + TURN_MS;
        resolve();
      });
    });
  }
}
