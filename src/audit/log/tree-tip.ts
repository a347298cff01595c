import type { TreeHead } from '../verifier/verify-proof.js';
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from '../merkle-hash.js';
import { TILE_WIDTH } from './tile.js';

/** A tile that has become full. */
export interface FullTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Buffer;
}

/** A tile that is not full yet, and the roots of its subtrees of full size, from the largest to the smallest. */
class GrowingTile {
  readonly hashes: Buffer[] = [];
  readonly roots: Buffer[] = [];

  push(hash: Buffer): void {
    this.hashes.push(hash);
    let root = hash;
    for (let rest = this.hashes.length; rest % 2 === 0; rest /= 2) root = nodeHash(this.roots.pop() as Buffer, root);
    this.roots.push(root);
  }
}

/** The growing edge of the tree: of each level the tile that is not full yet. All that is needed to go on. */
export class TreeTip {
  readonly #levels: GrowingTile[];

  /** @param levels the hashes of each level's last tile, from level 0 on, as `levels()` gave them */
  constructor(
    private grown = 0,
    levels: readonly Buffer[] = [],
  ) {
    this.#levels = levels.map((hashes) => {
      const tile = new GrowingTile();
      for (const hash of split(hashes)) tile.push(hash);
      return tile;
    });
  }

  get size(): number {
    return this.grown;
  }

  levels(): Buffer[] {
    return this.#levels.map(({ hashes }) => Buffer.concat(hashes));
  }

  /** @returns the tiles that this leaf filled, from level 0 on */
  append(leaf: Buffer): FullTile[] {
    this.grown += 1;
    const full: FullTile[] = [];
    let hash = leaf;
    for (let level = 0; ; level++) {
      const { hashes, roots } = this.#pushed(level, hash);
      if (hashes.length < TILE_WIDTH) return full;
      const index = this.grown / TILE_WIDTH ** (level + 1) - 1;
      full.push({ level, index, hashes: Buffer.concat(hashes) });
      hash = roots[0] as Buffer;
      this.#levels[level] = new GrowingTile();
    }
  }

  #pushed(level: number, hash: Buffer): GrowingTile {
    const tile = (this.#levels[level] ??= new GrowingTile());
    tile.push(hash);
    return tile;
  }

  head(): TreeHead {
    return { size: this.grown, root: this.root() };
  }

  /** RFC 6962, section 2.1: the subtrees of full size, from the smallest one at the right to the largest. */
  root(): Buffer {
    const roots = this.#levels.flatMap(({ roots: ofLevel }) => ofLevel.toReversed());
    return roots.length === 0 ? EMPTY_ROOT : roots.reduce((right, left) => nodeHash(left, right));
  }
}

/** @param hashes a power of two of them */
export function rootOf(hashes: readonly Buffer[]): Buffer {
  let level = hashes;
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) above.push(nodeHash(level[at] as Buffer, level[at + 1] as Buffer));
    level = above;
  }
  return level[0] ?? EMPTY_ROOT;
}

/** A tile's hashes, one by one. */
export function split(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, at) =>
    Buffer.from(hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  );
}
