import { leafHash } from '../../../src/audit/merkle-hash.js';
import { Prover } from '../../../src/audit/log/prove.js';
import { TreeTip } from '../../../src/audit/log/tree-tip.js';

/** Entries that differ, some of them empty or long. */
export function entriesUpTo(count: number): Buffer[] {
  return Array.from({ length: count }, (_, at) => Buffer.from(at === 0 ? '' : `${at}:`.repeat(1 + (at % 7))));
}

/** A tree grown as the sequencer grows it, with its tiles. */
export function grow(entries: readonly Buffer[]) {
  const tip = new TreeTip();
  const tiles = new Map<string, Buffer>();
  for (const entry of entries) {
    for (const { level, index, hashes } of tip.append(leafHash(entry))) tiles.set(`${level}/${index}`, hashes);
  }
  const last = tip.levels();
  const tile = async (level: number, index: number) => tiles.get(`${level}/${index}`) ?? last[level] ?? Buffer.alloc(0);
  return { tip, tile, prover: new Prover(tile) };
}

/** Every power of two up to 2^12, and its neighbours; then some others, the same in every run. */
export function sizes(): number[] {
  const around = Array.from({ length: 13 }, (_, bit) => [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]).flat();
  let state = 20_261_121;
  const others = Array.from({ length: 12 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return 1 + (state % 4000);
  });
  return [...new Set([...around.filter((size) => size > 0 && size <= 4097), ...others])].toSorted((a, b) => a - b);
}
