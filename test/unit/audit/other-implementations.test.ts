import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { RFC9162 } from '@transmute/rfc9162';
import { leafHash } from '../../../src/audit/merkle-hash.js';
import { entriesUpTo, grow, sizes } from './trees.js';

/** Not among what the package exports, but its own implementation of RFC 6962. */
const { verifyMerkleInclusion } = createRequire(import.meta.url)('@sigstore/verify/dist/tlog/merkle.js') as {
  verifyMerkleInclusion: (
    entry: {
      readonly inclusionProof: { readonly logIndex: string; readonly hashes: Buffer[] };
      readonly canonicalizedBody: Buffer;
    },
    checkpoint: { readonly logSize: bigint; readonly logHash: Buffer },
  ) => void;
};

const ENTRIES = entriesUpTo(4097);

describe('proofs, verified by implementations of others', () => {
  it('of inclusion, by @sigstore/verify', async () => {
    for (const size of sizes()) {
      const { tip, prover } = grow(ENTRIES.slice(0, size));
      const checkpoint = { logSize: BigInt(size), logHash: tip.root() };
      for (const index of new Set([0, Math.floor(size / 3), Math.floor(size / 2), size - 1])) {
        const inclusionProof = { logIndex: String(index), hashes: await prover.inclusion(index, size) };
        verifyMerkleInclusion({ inclusionProof, canonicalizedBody: ENTRIES[index] as Buffer }, checkpoint);
        const other = { inclusionProof, canonicalizedBody: Buffer.from('another') };
        expect(() => verifyMerkleInclusion(other, checkpoint)).toThrow();
      }
    }
  });

  it('of inclusion and consistency, and the roots, by @transmute/rfc9162', async () => {
    const all = sizes().filter((size) => size <= 1025);
    for (const [at, size] of all.entries()) {
      const { tip, prover } = grow(ENTRIES.slice(0, size));
      const root = tip.root();
      expect(Buffer.from(await RFC9162.treeHead(ENTRIES.slice(0, size))).equals(root)).toBe(true);
      const index = Math.floor(size / 2);
      const inclusion = {
        log_id: '',
        tree_size: size,
        leaf_index: index,
        inclusion_path: await prover.inclusion(index, size),
      };
      expect(await RFC9162.verifyInclusionProof(root, leafHash(ENTRIES[index] as Buffer), inclusion)).toBe(true);
      for (const from of all.slice(0, at).filter((_, place) => place % 4 === at % 4)) {
        const before = grow(ENTRIES.slice(0, from)).tip.root();
        const consistency = {
          log_id: '',
          tree_size_1: from,
          tree_size_2: size,
          // It leaves step 2 of RFC 9162, section 2.1.4.2, to its caller: a full tree's root comes before the proof.
          consistency_path: [
            ...(Number.isInteger(Math.log2(from)) ? [before] : []),
            ...(await prover.consistency(from, size)),
          ],
        };
        expect(await RFC9162.verifyConsistencyProof(before, root, consistency)).toBe(true);
        expect(await RFC9162.verifyConsistencyProof(root, root, consistency)).toBe(false);
      }
    }
  });
});
