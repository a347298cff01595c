import { createReadStream } from 'node:fs';
import type { LogSource } from '../audit/verifier/log-source.js';

const NEWLINE = 0x0a;

/** An export of the whole log in JSON Lines: a record a line, byte for byte as it is in the log. */
export class LogFile implements LogSource {
  constructor(private readonly path: string) {}

  async *entries(from: number, to: number): AsyncGenerator<Buffer, void> {
    let index = 0;
    for await (const line of this.#lines()) {
      if (index >= to) return;
      if (index >= from) yield line;
      index += 1;
    }
  }

  async *#lines(): AsyncGenerator<Buffer, void> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const piece of createReadStream(this.path) as AsyncIterable<Buffer>) {
      const bytes = Buffer.concat([rest, piece]);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        yield bytes.subarray(start, end);
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield rest;
  }
}
