import type { LogSource } from './log-source.js';
import { dropIn, type DroppedRecords } from './drop-in.js';
import { Dates } from './dates.js';
import { NotVerified } from './not-verified.js';
import type { Checkpoint } from './open-checkpoint.js';
import { readEntry } from './read-entry.js';
import { RunningRoot } from './running-root.js';
import { whatChanged } from './what-changed.js';

export interface Verdict {
  /** Records that every checkpoint of their size and beyond vouches for. */
  readonly records: number;
  readonly checkpoints: number;
  readonly streams: number;
  /** The most by which a record is dated before one that is earlier in the log. */
  readonly datedBackSeconds: number;
  /** Which one it is, where no delay and no clock that is a little off explains it. */
  readonly datedBackRecord?: number;
  /** Checkpoints over fewer records than are there: a file has nothing to compare them with. */
  readonly notCompared?: number;
  /** What is not there any more, as the log says it was dropped. */
  readonly dropped?: DroppedRecords;
}

/** What of a record the order is checked by. */
interface Numbered {
  readonly stream: string;
  readonly seq: number;
  readonly at: string;
}

/**
 * That these are the records that were signed, all of them, in their order. Needs nothing but the entries: where they are not, what the log
 * says of itself helps to tell which were changed.
 * @throws NotVerified that names the records which are not what they were
 */
export async function verifyLog(source: LogSource, checkpoints: readonly Checkpoint[]): Promise<Verdict> {
  /** Where the source has no single hashes. */
  const passed: Checkpoint[] = [];
  const waiting = checkpoints.toSorted((a, b) => a.size - b.size);
  const root = new RunningRoot();
  const numbers = new Map<string, number>();
  const dates = new Dates();
  let verified = 0;
  /** A gap is told only when the roots hold: where they do not, the record was changed, and its number with it. */
  let gap: NotVerified | undefined;
  let drop: DroppedRecords | undefined;
  const { minimumIndex = 0 } = source;
  const compare = async () => {
    for (let next = waiting[0]; next?.size === root.size; next = waiting[0]) {
      if (!next.root.equals(root.root())) throw await whatChanged(source, verified, next);
      verified = next.size;
      waiting.shift();
    }
    if (gap) throw gap;
  };
  await compare();
  for await (const subtree of source.dropped?.() ?? []) {
    root.addSubtree(subtree);
    // Inside a subtree there is nothing to compare with.
    while (waiting[0] && waiting[0].size < root.size) passed.push(...waiting.splice(0, 1));
    await compare();
  }
  if (root.size !== minimumIndex)
    throw new NotVerified(`the hashes of the ${minimumIndex} records that were dropped are not there`);
  for await (const entry of source.entries(minimumIndex, waiting.at(-1)?.size ?? 0)) {
    const place = placeOf(entry);
    gap ??= gapBefore(numbers, root.size, place, minimumIndex > 0);
    if (place) dates.add(place.at, root.size);
    drop ??= dropIn(entry, root.size, minimumIndex);
    root.add(entry);
    if (waiting[0]?.size === root.size) await compare();
    if (waiting.length === 0) break;
  }
  const [missing] = waiting;
  if (missing) throw await whatChanged(source, verified, missing, root.size);
  const verdict = {
    records: verified,
    checkpoints: checkpoints.length - passed.length,
    streams: numbers.size,
    ...dates.verdict(),
  };
  if (minimumIndex === 0) return verdict;
  if (!drop) {
    throw new NotVerified(
      `the records 0 to ${minimumIndex - 1} are gone, and no record that is vouched for says that they were dropped`,
    );
  }
  return { ...verdict, ...(passed.length > 0 && { notCompared: passed.length }), dropped: drop };
}

/** Every stream counts its records from 1, without gaps. @param isLater its first ones may have been dropped */
function gapBefore(
  numbers: Map<string, number>,
  index: number,
  place: Numbered | undefined,
  isLater: boolean,
): NotVerified | undefined {
  if (!place) return new NotVerified(`record ${index} cannot be read`);
  const { stream, seq } = place;
  const before = numbers.get(stream) ?? (isLater ? seq - 1 : 0);
  numbers.set(stream, seq);
  if (seq === before + 1) return undefined;
  return new NotVerified(
    `record ${index} is number ${seq} of stream ${stream}, and ${before + 1} was due: records are missing`,
  );
}

function placeOf(entry: Uint8Array): Numbered | undefined {
  const { stream, seq, at } = readEntry(entry) ?? {};
  const isNumbered = typeof stream === 'string' && typeof at === 'string' && Number.isSafeInteger(seq);
  return isNumbered ? { stream, seq: seq as number, at } : undefined;
}
