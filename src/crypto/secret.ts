import { inspect } from 'node:util';

/** Secret bytes that cannot be printed by accident. Whoever makes one calls `destroy()` when it is done with it. */
export class Secret {
  readonly #bytes: Buffer;

  /** Takes ownership of `bytes`: it is zeroed by `destroy()`. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The bytes themselves, not a copy: do not keep them longer than the Secret. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  destroy(): void {
    this.#bytes.fill(0);
  }

  toJSON(): string {
    return '[secret]';
  }

  toString(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
