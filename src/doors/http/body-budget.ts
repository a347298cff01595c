import type { ServerResponse } from 'node:http';
import { KmsError } from '../../errors.js';

/** Smaller bodies are not counted: the bound on requests under way bounds them too, and large ones cannot crowd them out. */
export const SMALL_BODY = 64 * 1024;

/** How many bytes of bodies are held at once, over all requests. What is made of a body takes several times its bytes. */
export class BodyBudget {
  #held = 0;

  constructor(private readonly most: number) {}

  /**
   * Holds room for a body until its answer has left.
   * @throws KmsError overloaded
   */
  hold(bytes: number, until: ServerResponse): void {
    if (bytes <= SMALL_BODY) return;
    if (this.#held + bytes > this.most) {
      throw new KmsError('overloaded', 'the service holds as many bytes of bodies as it may; try again');
    }
    this.#held += bytes;
    until.once('close', () => {
      this.#held -= bytes;
    });
  }
}
