import { asBuffer } from './wire.js';

/** Bytes that come in pieces of any size and go out in pieces of the size that is asked for. */
export class ByteQueue {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(asBuffer(piece));
    this.#length += piece.length;
  }

  /** The counterpart of `take`: these bytes come first again. */
  putBack(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.unshift(piece);
    this.#length += piece.length;
  }

  /** The next `length` bytes, or all that there are; a view where they lie in one piece. */
  take(length: number): Buffer {
    const taken: Buffer[] = [];
    let missing = Math.min(length, this.#length);
    this.#length -= missing;
    while (missing > 0) {
      const piece = this.#pieces[0]!;
      taken.push(piece.subarray(0, missing));
      if (piece.length > missing) this.#pieces[0] = piece.subarray(missing);
      else this.#pieces.shift();
      missing -= Math.min(piece.length, missing);
    }
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken);
  }
}
