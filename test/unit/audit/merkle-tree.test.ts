import { describe, expect, it } from '@jest/globals';
import { EMPTY_ROOT, leafHash } from '../../../src/audit/merkle-hash.js';
import { TreeTip } from '../../../src/audit/log/tree-tip.js';
import { RunningRoot } from '../../../src/audit/verifier/running-root.js';
import { isConsistent, isIncluded } from '../../../src/audit/verifier/verify-proof.js';
import { entriesUpTo, grow, sizes } from './trees.js';

/** The inputs and roots that the implementations of Certificate Transparency share. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the Merkle tree', () => {
  it('has the published roots', () => {
    const [tip, running] = [new TreeTip(), new RunningRoot()];
    const roots = [[tip.root(), running.root()]];
    for (const leaf of LEAVES) {
      tip.append(leafHash(Buffer.from(leaf, 'hex')));
      running.add(Buffer.from(leaf, 'hex'));
      roots.push([tip.root(), running.root()]);
    }
    expect(roots.map((pair) => pair.map((root) => root.toString('hex')))).toEqual(ROOTS.map((root) => [root, root]));
  });

  it('goes on from where it stopped, to the root that the verifier finds without tiles', () => {
    const entries = entriesUpTo(66_000);
    let tip = new TreeTip();
    const running = new RunningRoot();
    const stops = new Set([...sizes(), 65_535, 65_536, 65_537, 66_000]);
    for (const [at, entry] of entries.entries()) {
      tip.append(leafHash(entry));
      running.add(entry);
      if (!stops.has(at + 1)) continue;
      tip = new TreeTip(tip.size, tip.levels());
      expect(tip.root().equals(running.root())).toBe(true);
    }
  });

  it('proves each inclusion, and no other', async () => {
    const entries = entriesUpTo(4097);
    for (const size of sizes()) {
      const { tip, prover } = grow(entries.slice(0, size));
      const root = tip.root();
      for (const index of new Set(
        [0, 1, Math.floor(size / 2), size - 2, size - 1].filter((at) => at >= 0 && at < size),
      )) {
        const path = await prover.inclusion(index, size);
        const leaf = leafHash(entries[index] as Buffer);
        expect(isIncluded(leaf, index, size, path, root)).toBe(true);
        expect(isIncluded(leafHash(Buffer.from('another')), index, size, path, root)).toBe(false);
        expect(isIncluded(leaf, index + 1, size, path, root)).toBe(false);
        expect(isIncluded(leaf, index, size, path, EMPTY_ROOT)).toBe(false);
        expect(isIncluded(leaf, index, size, [...path, root], root)).toBe(false);
        if (path.length > 0) expect(isIncluded(leaf, index, size, path.slice(1), root)).toBe(false);
      }
    }
  });

  it('proves that a tree goes on from each earlier one, and from no other', async () => {
    const entries = entriesUpTo(4097);
    const all = sizes();
    const heads = all.map((size) => ({ size, root: grow(entries.slice(0, size)).tip.root() }));
    for (const later of heads.filter((_, at) => at % 3 === 2)) {
      const { prover } = grow(entries.slice(0, later.size));
      for (const earlier of heads.filter(({ size }) => size <= later.size)) {
        const proof = await prover.consistency(earlier.size, later.size);
        expect(isConsistent(earlier, later, proof)).toBe(true);
        expect(isConsistent({ ...earlier, root: EMPTY_ROOT }, later, proof)).toBe(false);
        expect(isConsistent(earlier, { ...later, root: EMPTY_ROOT }, proof)).toBe(false);
        expect(isConsistent(earlier, later, [...proof, later.root])).toBe(false);
        if (earlier.size < later.size) expect(isConsistent(later, earlier, proof)).toBe(false);
      }
    }
    expect(isConsistent({ size: 0, root: EMPTY_ROOT }, heads[3]!, [])).toBe(true);
  });
});
