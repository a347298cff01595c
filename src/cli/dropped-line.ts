import type { LogSource, Subtree } from '../audit/verifier/log-source.js';
import { NotVerified } from '../audit/verifier/not-verified.js';
import { RunningRoot } from '../audit/verifier/running-root.js';

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
  const root = new RunningRoot();
  for await (const subtree of source.dropped?.() ?? []) root.addSubtree(subtree);
  const subtrees = root.subtrees().map(({ hash }) => Buffer.from(hash).toString('base64'));
  return JSON.stringify({ minimumIndex: source.minimumIndex, subtrees });
}

/** @returns undefined for a line that is a record. @throws NotVerified */
export function readDroppedLine(line: Buffer): DroppedLine | undefined {
  if (!line.toString('utf8', 0, START.length).startsWith(START)) return undefined;
  const { minimumIndex, subtrees } = parsed(line);
  const heights = heightsOf(minimumIndex);
  if (heights.length !== subtrees.length) throw changed();
  return {
    minimumIndex,
    subtrees: subtrees.map((hash, at) => ({ hash: Buffer.from(String(hash), 'base64'), height: heights[at] ?? 0 })),
  };
}

function parsed(line: Buffer): { readonly minimumIndex: number; readonly subtrees: readonly unknown[] } {
  try {
    const { minimumIndex, subtrees } = JSON.parse(line.toString()) as Readonly<Record<string, unknown>>;
    if (Number.isSafeInteger(minimumIndex) && Number(minimumIndex) > 0 && Array.isArray(subtrees)) {
      return { minimumIndex: Number(minimumIndex), subtrees };
    }
  } catch {
    // Told below.
  }
  throw changed();
}

function changed(): NotVerified {
  return new NotVerified('the first line, on what was dropped, cannot be read: it was changed');
}

/** Of the largest full subtrees that so many leaves make, from the left. */
function heightsOf(count: number): number[] {
  const heights: number[] = [];
  for (let rest = count; rest > 0; rest -= 2 ** (heights.at(-1) ?? 0)) heights.push(Math.floor(Math.log2(rest)));
  return heights;
}
