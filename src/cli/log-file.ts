import { createReadStream } from 'node:fs';
import type { LogSource, Subtree } from '../audit/verifier/log-source.js';
import { NotVerified } from '../audit/verifier/not-verified.js';
import { readDroppedLine, type DroppedLine } from './dropped-line.js';

const NEWLINE = 0x0a;
/** Of a record. */
const LONGEST = 65_535;

/** An export of the whole log in JSON Lines: a record a line, byte for byte as it is in the log. */
export class LogFile implements LogSource {
  private constructor(
    private readonly path: string,
    private readonly before: DroppedLine | undefined,
  ) {}

  /** @throws NotVerified */
  static async open(path: string): Promise<LogFile> {
    for await (const line of linesOf(path)) return new LogFile(path, readDroppedLine(line));
    return new LogFile(path, undefined);
  }

  get minimumIndex(): number {
    return this.before?.minimumIndex ?? 0;
  }

  /** How many records there are, with those that were dropped. */
  async size(): Promise<number> {
    let records = this.before ? this.minimumIndex - 1 : 0;
    for await (const _ of linesOf(this.path)) records += 1;
    return records;
  }

  async *dropped(): AsyncGenerator<Subtree, void> {
    yield* this.before?.subtrees ?? [];
  }

  async *entries(from: number, to: number): AsyncGenerator<Buffer, void> {
    // The first line is no record where it says what was dropped.
    let index = this.before ? this.minimumIndex - 1 : 0;
    from = Math.max(from, this.minimumIndex);
    for await (const line of linesOf(this.path)) {
      if (index >= to) return;
      if (index >= from) yield line;
      index += 1;
    }
  }
}

async function* linesOf(path: string): AsyncGenerator<Buffer, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST)
      throw new NotVerified(`${path} is no export of a log: a line is longer than a record can be`);
  }
  if (rest.length > 0) yield rest;
}
