import { nodeHash } from '../merkle-hash.js';
import { TILE_WIDTH } from './tile.js';
import { rootOf, split } from './tree-tip.js';

/** The hashes of a tile, which may hold more or fewer than 256: as many as the tree has there. */
export type ReadTile = (level: number, index: number) => Promise<Buffer>;

/** Proofs out of tiles. Each reads a few tiles for each level, whatever the tree's size. */
export class Prover {
  readonly #tiles = new Map<string, Promise<Buffer[]>>();

  constructor(private readonly readTile: ReadTile) {}

  /**
   * PATH(index, D[size]) of RFC 6962, section 2.1.1, the sibling of the leaf first.
   * @param index less than `size`
   */
  async inclusion(index: number, size: number): Promise<Buffer[]> {
    return this.#path(index, 0, size);
  }

  /** PROOF(from, D[to]) of RFC 6962, section 2.1.2; empty when nothing is to be proven (`from` 0 or `to`). */
  async consistency(from: number, to: number): Promise<Buffer[]> {
    return from === 0 || from === to ? [] : this.#subproof(from, 0, to, true);
  }

  /** MTH(D[start:end]). */
  async root(start: number, end: number): Promise<Buffer> {
    const count = end - start;
    if (Number.isInteger(Math.log2(count))) return this.#subtree(Math.log2(count), start / count);
    const middle = start + largestPowerBelow(count);
    const [left, right] = await Promise.all([this.root(start, middle), this.root(middle, end)]);
    return nodeHash(left, right);
  }

  async #path(index: number, start: number, end: number): Promise<Buffer[]> {
    if (end - start === 1) return [];
    const middle = start + largestPowerBelow(end - start);
    return index < middle
      ? joined(this.#path(index, start, middle), this.root(middle, end))
      : joined(this.#path(index, middle, end), this.root(start, middle));
  }

  async #subproof(from: number, start: number, end: number, isWhole: boolean): Promise<Buffer[]> {
    if (from === end) return isWhole ? [] : [await this.root(start, end)];
    const middle = start + largestPowerBelow(end - start);
    return from <= middle
      ? joined(this.#subproof(from, start, middle, isWhole), this.root(middle, end))
      : joined(this.#subproof(from, middle, end, false), this.root(start, middle));
  }

  /** A full subtree of 2^height leaves, the index-th of its kind. */
  async #subtree(height: number, index: number): Promise<Buffer> {
    const level = Math.floor(height / 8);
    const count = 2 ** (height % 8);
    const first = index * count;
    const hashes = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    return rootOf(hashes.slice(first % TILE_WIDTH, (first % TILE_WIDTH) + count));
  }

  #tile(level: number, index: number): Promise<Buffer[]> {
    const name = `${level}/${index}`;
    const known = this.#tiles.get(name) ?? this.readTile(level, index).then(split);
    this.#tiles.set(name, known);
    return known;
  }
}

/** All tiles are asked for before the first is there, so that they can be read together. */
async function joined(path: Promise<Buffer[]>, last: Promise<Buffer>): Promise<Buffer[]> {
  const [hashes, hash] = await Promise.all([path, last]);
  return [...hashes, hash];
}

/** The largest power of two that is less than a number above 1. */
function largestPowerBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}
