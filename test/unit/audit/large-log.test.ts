import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { RFC9162 } from '@transmute/rfc9162';
import { encodeEntry } from '../../../src/audit/log/entry.js';
import { Prover } from '../../../src/audit/log/prove.js';
import { TreeTip } from '../../../src/audit/log/tree-tip.js';
import { leafHash } from '../../../src/audit/merkle-hash.js';
import { RECORD } from './sample-record.js';
import { sizes } from './trees.js';

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

const RECORDS = 100_003;
const STREAM = '01890a5d-ac96-774b-bcce-b302099a8058';
const entry = (at: number) => encodeEntry({ ...RECORD, requestId: `r${at}` }, { stream: STREAM, seq: at + 1 });

/** Around every power of two up to 2^12, some others below, and some up to the whole log; the same in every run. */
const SIZES = [...sizes(), 8191, 8192, 8193, 21_504, 65_535, 65_536, 65_537, 70_000, 88_887, 99_999, RECORDS];

describe(`a log of ${RECORDS} records`, () => {
  const roots = new Map<number, Buffer>();
  const tiles = new Map<string, Buffer>();
  let prover: Prover;

  beforeAll(() => {
    const tip = new TreeTip();
    const wanted = new Set(SIZES);
    for (let at = 0; at < RECORDS; at++) {
      for (const { level, index, hashes } of tip.append(leafHash(entry(at)))) tiles.set(`${level}/${index}`, hashes);
      if (wanted.has(tip.size)) roots.set(tip.size, tip.root());
    }
    const last = tip.levels();
    prover = new Prover(async (level, index) => tiles.get(`${level}/${index}`) ?? last[level] ?? Buffer.alloc(0));
  });

  it('proves its records to @sigstore/verify, at every size', async () => {
    for (const size of SIZES) {
      const checkpoint = { logSize: BigInt(size), logHash: roots.get(size) as Buffer };
      const indices = [0, Math.floor(size / 3), Math.floor(size / 2), 2 ** Math.floor(Math.log2(size)) - 1, size - 1];
      for (const index of new Set(indices)) {
        const inclusionProof = { logIndex: String(index), hashes: await prover.inclusion(index, size) };
        verifyMerkleInclusion({ inclusionProof, canonicalizedBody: entry(index) }, checkpoint);
        const other = { inclusionProof, canonicalizedBody: entry(index + 1) };
        expect(() => verifyMerkleInclusion(other, checkpoint)).toThrow();
      }
    }
  });

  it('proves to @transmute/rfc9162 that it only grew, from every size to some later ones and to the end', async () => {
    for (const [at, from] of SIZES.entries()) {
      for (const to of new Set([SIZES[at + 1] ?? RECORDS, SIZES[at + 7] ?? RECORDS, RECORDS])) {
        if (to === from) continue;
        const before = roots.get(from) as Buffer;
        const proof = await prover.consistency(from, to);
        // It leaves step 2 of RFC 9162, section 2.1.4.2, to its caller: a full tree's root comes before the proof.
        const path = Number.isInteger(Math.log2(from)) ? [before, ...proof] : proof;
        const claim = { log_id: '', tree_size_1: from, tree_size_2: to, consistency_path: path };
        const after = roots.get(to) as Buffer;
        expect(await RFC9162.verifyConsistencyProof(before, after, claim)).toBe(true);
        expect(await RFC9162.verifyConsistencyProof(after, after, claim)).toBe(false);
      }
    }
  });
});
