import { EMPTY_ROOT, HASH_BYTES, nodeHash } from '../merkle-hash.js';
import { TILE_WIDTH } from './tile.js';

/** A tile that has become full. */
export interface FullTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Buffer;
}

/** The growing edge of the tree: of each level the tile that is not full yet. All that is needed to go on. */
export class TreeTip {
  readonly #levels: Buffer[][];

  /** @param levels the hashes of each level's last tile, from level 0 on, as `levels()` gave them */
  constructor(
    private grown = 0,
    levels: readonly Buffer[] = [],
  ) {
    this.#levels = levels.map(split);
  }

  get size(): number {
    return this.grown;
  }

  levels(): Buffer[] {
    return this.#levels.map((hashes) => Buffer.concat(hashes));
  }

  /** @returns the tiles that this leaf filled, from level 0 on */
  append(leaf: Buffer): FullTile[] {
    this.grown += 1;
    const full: FullTile[] = [];
    let hash = leaf;
    for (let level = 0; ; level++) {
      const hashes = (this.#levels[level] ??= []);
      hashes.push(hash);
      if (hashes.length < TILE_WIDTH) return full;
      const index = this.grown / TILE_WIDTH ** (level + 1) - 1;
      full.push({ level, index, hashes: Buffer.concat(hashes) });
      hash = rootOf(hashes);
      this.#levels[level] = [];
    }
  }

  /** RFC 6962, section 2.1: the subtrees of full size, from the smallest one at the right to the largest. */
  root(): Buffer {
    let root: Buffer | undefined;
    for (const hashes of this.#levels) {
      let end = hashes.length;
      for (let width = 1; end > 0; width *= 2) {
        if ((end / width) % 2 === 0) continue;
        const subtree = rootOf(hashes.slice(end - width, end));
        root = root ? nodeHash(subtree, root) : subtree;
        end -= width;
      }
    }
    return root ?? EMPTY_ROOT;
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
