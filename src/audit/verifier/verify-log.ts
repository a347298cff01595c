import { NotVerified } from './not-verified.js';
import type { Checkpoint } from './open-checkpoint.js';
import { RunningRoot } from './running-root.js';

export interface Verdict {
  /** Records that every checkpoint of their size and beyond vouches for. */
  readonly records: number;
  readonly checkpoints: number;
  readonly streams: number;
}

/** What of a record the order is checked by. */
interface Numbered {
  readonly stream: string;
  readonly seq: number;
}

/**
 * That these are the records that were signed, all of them, in their order. Needs nothing but the entries: no tile, no proof.
 * @param entries     from index 0 on, at least as many as the largest checkpoint says
 * @param checkpoints opened ones: the log's newest, and every one that was kept
 * @param onRecord    is told after each record how many were looked at
 * @throws NotVerified that names the records which are not what they were
 */
export async function verifyLog(
  entries: AsyncIterable<Uint8Array>,
  checkpoints: readonly Checkpoint[],
  onRecord: (records: number) => void = () => undefined,
): Promise<Verdict> {
  const waiting = checkpoints.toSorted((a, b) => a.size - b.size);
  const root = new RunningRoot();
  const numbers = new Map<string, number>();
  let verified = 0;
  /** A gap is told only when the roots hold: where they do not, the record was changed, and its number with it. */
  let gap: NotVerified | undefined;
  const compare = () => {
    while (waiting[0]?.size === root.size) {
      if (!waiting[0].root.equals(root.root())) throw changed(verified, root.size);
      verified = root.size;
      waiting.shift();
    }
    if (gap) throw gap;
  };
  compare();
  for await (const entry of entries) {
    if (waiting.length === 0) break;
    gap ??= gapBefore(numbers, root.size, entry);
    root.add(entry);
    onRecord(root.size);
    if (waiting[0]?.size === root.size) compare();
  }
  const [missing] = waiting;
  if (missing) {
    const lost = `the log has ${root.size} records, and a checkpoint over ${missing.size} is signed`;
    throw new NotVerified(`${lost}: the newest were removed, or an older state was put back`);
  }
  return { records: verified, checkpoints: checkpoints.length, streams: numbers.size };
}

function changed(from: number, to: number): NotVerified {
  const which = to - from === 1 ? `record ${from} is` : `of the records ${from} to ${to - 1} at least one is`;
  return new NotVerified(`${which} not what was signed: it was changed, removed, put in or moved`);
}

/** Every stream counts its records from 1, without gaps. */
function gapBefore(numbers: Map<string, number>, index: number, entry: Uint8Array): NotVerified | undefined {
  const place = placeOf(entry);
  if (!place) return new NotVerified(`record ${index} cannot be read`);
  const { stream, seq } = place;
  const before = numbers.get(stream) ?? 0;
  numbers.set(stream, seq);
  if (seq === before + 1) return undefined;
  return new NotVerified(
    `record ${index} is number ${seq} of stream ${stream}, and ${before + 1} was due: records are missing`,
  );
}

function placeOf(entry: Uint8Array): Numbered | undefined {
  try {
    const { stream, seq } = JSON.parse(Buffer.from(entry).toString()) as Partial<Numbered>;
    return typeof stream === 'string' && Number.isSafeInteger(seq) ? { stream, seq: seq as number } : undefined;
  } catch {
    return undefined;
  }
}
