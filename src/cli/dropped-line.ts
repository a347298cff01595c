import type { LogSource, Subtree } from '../audit/verifier/log-source.js';
import { nodeHash } from '../audit/merkle-hash.js';
import { NotVerified } from '../audit/verifier/not-verified.js';

export interface DroppedLine {
  readonly minimumIndex: number;
  readonly subtrees: readonly Subtree[];
}

const START = '{"minimumIndex":';

/**
 * What stands for the dropped records in an export of the whole log, as its first line: the index of the first record that is there, and
 * the hashes of the largest full subtrees before it, from the left.
 */
export async function droppedLine(source: LogSource): Promise<string> {
  const subtrees: { hash: Buffer; height: number }[] = [];
  for await (const { hash, height } of source.dropped?.() ?? []) {
    let next: { hash: Buffer; height: number } = { hash: Buffer.from(hash), height };
    for (let left = subtrees.at(-1); left?.height === next.height; left = subtrees.at(-1)) {
      next = { hash: nodeHash(left.hash, next.hash), height: next.height + 1 };
      subtrees.pop();
    }
    subtrees.push(next);
  }
  return JSON.stringify({
    minimumIndex: source.minimumIndex,
    subtrees: subtrees.map(({ hash }) => hash.toString('base64')),
  });
}

/** @returns undefined for a line that is a record. @throws NotVerified */
export function readDroppedLine(line: Buffer): DroppedLine | undefined {
  if (!line.toString('utf8', 0, START.length).startsWith(START)) return undefined;
  const { minimumIndex, subtrees } = JSON.parse(line.toString()) as { minimumIndex: number; subtrees: string[] };
  const heights = heightsOf(minimumIndex);
  if (heights.length !== subtrees.length) throw new NotVerified('the first line, on what was dropped, was changed');
  return {
    minimumIndex,
    subtrees: subtrees.map((hash, at) => ({ hash: Buffer.from(hash, 'base64'), height: heights[at] ?? 0 })),
  };
}

/** Of the largest full subtrees that so many leaves make, from the left. */
function heightsOf(count: number): number[] {
  const heights: number[] = [];
  for (let rest = count; rest > 0; rest -= 2 ** (heights.at(-1) ?? 0)) heights.push(Math.floor(Math.log2(rest)));
  return heights;
}
