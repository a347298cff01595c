import { UsageError } from './usage-error.js';

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** Bytes up to and with its line end. */
  readonly end: number;
  /** false: the file ends without a line end. */
  readonly ended: boolean;
}

const LONGEST = 2 ** 20;
const NEWLINE = 10;

/** The lines of a file, without empty ones. @throws UsageError for one longer than 1 MiB */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Line, void> {
  let rest: Buffer = Buffer.alloc(0);
  let [number, end] = [0, 0];
  for await (const piece of stream) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    for (let at = rest.indexOf(NEWLINE); at >= 0; at = rest.indexOf(NEWLINE)) {
      number += 1;
      end += at + 1;
      const text = rest.toString('utf8', 0, at).trim();
      rest = rest.subarray(at + 1);
      if (text !== '') yield { number, text, end, ended: true };
    }
    if (rest.length > LONGEST) throw new UsageError(`Line ${number + 1} is longer than 1 MiB.`);
  }
  const text = rest.toString('utf8').trim();
  if (text !== '') yield { number: number + 1, text, end: end + rest.length, ended: false };
}
