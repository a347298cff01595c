import { leafHash } from '../merkle-hash.js';
import type { LogSource } from './log-source.js';
import { NotVerified } from './not-verified.js';
import type { Checkpoint } from './open-checkpoint.js';
import { RunningRoot } from './running-root.js';

/**
 * Says as exactly as can be known in what a log is not what was signed. Where the hashes that it still has are those that were signed, they tell
 * which record it is.
 * @param from    the log is as it was signed up to here
 * @param records how many there are, where they are fewer than was signed
 */
export async function whatChanged(
  source: LogSource,
  from: number,
  signed: Checkpoint,
  records = signed.size,
): Promise<NotVerified> {
  const start = Math.max(from, source.minimumIndex ?? 0);
  const before = source.hashes && (await signedHashes(source.hashes(0, signed.size), signed, start));
  if (before) return new NotVerified(difference(before, await leavesOf(source, start, signed.size), start));
  if (records < signed.size) {
    const lost = `the log has ${records} records, and a checkpoint over ${signed.size} is signed`;
    return new NotVerified(`${lost}: the newest ${signed.size - records} were removed, or an older state was put back`);
  }
  const which =
    signed.size - from === 1 ? `record ${from} is` : `of the records ${from} to ${signed.size - 1} at least one is`;
  const what = source.hashes
    ? 'history was replaced from there on, and every hash computed anew; or an older state was put back, and the log went on from it'
    : 'it was changed, removed, put in or moved';
  return new NotVerified(`${which} not what was signed: ${what}`);
}

/** Those from `start` on. @returns undefined: the log's hashes are not those that were signed */
async function signedHashes(
  hashes: AsyncIterable<Uint8Array>,
  signed: Checkpoint,
  start: number,
): Promise<string[] | undefined> {
  const root = new RunningRoot();
  const kept: string[] = [];
  for await (const hash of hashes) {
    if (root.size >= start) kept.push(Buffer.from(hash).toString('base64'));
    root.addLeaf(hash);
  }
  return root.size === signed.size && root.root().equals(signed.root) ? kept : undefined;
}

async function leavesOf(source: LogSource, start: number, size: number): Promise<string[]> {
  const leaves: string[] = [];
  for await (const entry of source.entries(start, size)) leaves.push(leafHash(entry).toString('base64'));
  return leaves;
}

/**
 * @param before the hashes that were signed
 * @param now    those of the records that are there
 * @param start  index of the first of both
 */
function difference(before: readonly string[], now: readonly string[], start: number): string {
  const differs = (at: number) => before[at] !== now[at];
  const first = before.findIndex((_, at) => differs(at));
  if (first < 0) return `the log could not be read the same twice; try again`;
  const last = before.findLastIndex((_, at) => differs(at));
  if (before[first] === now[last] && before[last] === now[first] && first !== last) {
    const between = before.slice(first + 1, last).every((_, at) => !differs(first + 1 + at));
    if (between) return `the records ${start + first} and ${start + last} were swapped`;
  }
  const [due, there] = [before[first], now[first]];
  const removed = there === undefined ? before.length - first : before.indexOf(there, first) - first;
  if (removed > 0) return `${several(start + first, removed, 'removed')}: what was signed there is gone`;
  const added = now.indexOf(due ?? '', first) - first;
  if (added > 0) return `${several(start + first, added, 'put in')}: nobody signed what is there`;
  const changed = before.filter((_, at) => differs(at)).length;
  const others = changed === 1 ? '' : `, and ${changed - 1} of those behind it, up to record ${start + last}`;
  return `record ${start + first} was changed: it is not what was signed${others}`;
}

function several(from: number, count: number, what: string): string {
  return count === 1 ? `record ${from} was ${what}` : `the records ${from} to ${from + count - 1} were ${what}`;
}
