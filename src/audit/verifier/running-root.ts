import { EMPTY_ROOT, leafHash, nodeHash } from '../merkle-hash.js';
import type { Subtree } from './log-source.js';

/** The root of a tree whose entries come one by one: RFC 6962, section 2.1, with one hash for each bit of the size. */
export class RunningRoot {
  /** By height: the root of the full subtree of 2^height entries that waits for its sibling. */
  readonly #waiting: (Buffer | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(entry: Uint8Array): void {
    this.addLeaf(leafHash(entry));
  }

  /** @param leaf the hash of an entry */
  addLeaf(leaf: Uint8Array): void {
    this.addSubtree({ hash: leaf, height: 0 });
  }

  /** A full subtree. @throws RangeError where it does not begin at a multiple of its size */
  addSubtree(subtree: Subtree): void {
    const count = 2 ** subtree.height;
    if (this.#size % count !== 0) throw new RangeError('the subtree does not fit where it is put');
    let hash: Buffer = Buffer.from(subtree.hash);
    let { height } = subtree;
    for (let left = this.#waiting[height]; left; left = this.#waiting[height]) {
      hash = nodeHash(left, hash);
      this.#waiting[height] = undefined;
      height += 1;
    }
    this.#waiting[height] = hash;
    this.#size += count;
  }

  /** The largest full subtrees, from the left: they say everything of what was added. */
  subtrees(): readonly Subtree[] {
    return this.#waiting.flatMap((hash, height) => (hash ? [{ hash, height }] : [])).toReversed();
  }

  root(): Buffer {
    let root: Buffer | undefined;
    for (const hash of this.#waiting) if (hash) root = root ? nodeHash(hash, root) : hash;
    return root ?? EMPTY_ROOT;
  }
}
