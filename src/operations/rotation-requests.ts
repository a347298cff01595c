import { uuidv7 } from '../keys/uuid.js';
import { rotateKey } from './keys/rotate-key.js';
import type { Kms } from './kms.js';

/** Keys that have sealed as many messages as they should, rotated in the background, each once at a time. */
export class RotationRequests {
  readonly #asked = new Set<string>();
  #kms: Kms | undefined;

  /** Who rotates. Until then nothing is done, and the next block of messages asks again. */
  serve(kms: Kms): void {
    this.#kms = kms;
  }

  ask(keyring: string, key: string): void {
    const kms = this.#kms;
    if (!kms || this.#asked.has(key)) return;
    this.#asked.add(key);
    const arrival = kms.arriveAsSystem('system:lifecycle', uuidv7());
    kms
      .change(rotateKey, { keyring, key }, arrival)
      // Its record says why; the next block asks again.
      .catch(() => undefined)
      .finally(() => this.#asked.delete(key));
  }
}
