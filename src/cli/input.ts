import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

export interface Input {
  readonly stream: AsyncIterable<Buffer>;
  /** Where it is known. */
  readonly bytes: number | undefined;
}

/**
 * An interruption ends the stream also while it waits for more.
 * @param path `-` or undefined: standard input
 * @throws the file system's error
 */
export async function openInput(terminal: Terminal, path: string | undefined): Promise<Input> {
  if (path === undefined || path === '-') {
    return { stream: addAbortSignal(terminal.signal, terminal.stdin), bytes: undefined };
  }
  const about = await stat(path);
  if (about.isDirectory())
    throw new UsageError(
      `${path} is a directory: encrypt a file, or pipe an archive of it (tar c ${path} | keystead …).`,
    );
  // 256 KiB: fewer, larger pieces are what encryption is fastest with
  const stream = addAbortSignal(terminal.signal, createReadStream(path, { highWaterMark: 2 ** 18 }));
  return { stream, bytes: about.isFile() ? about.size : undefined };
}

/** All of it. @throws UsageError `tooLong` if it is longer than `limit` bytes */
export async function readAll(stream: AsyncIterable<Buffer>, limit: number, tooLong: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > limit) throw new UsageError(tooLong);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The first bytes, `length` of them unless there are fewer, and the whole stream from its beginning. */
export async function peek(
  stream: AsyncIterable<Buffer>,
  length: number,
): Promise<{ readonly start: Buffer; readonly whole: AsyncIterable<Buffer> }> {
  const rest = stream[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  let ended = false;
  while (start.length < length && !ended) {
    const next = await rest.next();
    if (next.done === true) ended = true;
    else start = Buffer.concat([start, next.value]);
  }
  const whole = (async function* () {
    yield start;
    if (!ended) yield* { [Symbol.asyncIterator]: () => rest };
  })();
  return { start, whole };
}
