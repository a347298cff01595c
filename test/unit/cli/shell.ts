import { PassThrough, Readable, Writable } from 'node:stream';
import { run } from '../../../src/cli/run.js';
import type { Terminal } from '../../../src/cli/terminal.js';

export interface Ran {
  readonly code: number;
  readonly stdout: Buffer;
  readonly out: string;
  readonly err: string;
}

export interface Around {
  readonly stdin?: Readable | Buffer | string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard error, or both outputs, are terminals. */
  readonly tty?: 'stderr' | 'both';
  readonly signal?: AbortSignal;
}

/** Runs the real command in this process, with streams of its own. */
export async function keystead(words: readonly string[], around: Around = {}): Promise<Ran> {
  const stdout = new Sink(around.tty === 'both');
  const stderr = new Sink(around.tty !== undefined);
  const { stdin = '' } = around;
  const terminal: Terminal = {
    env: around.env ?? {},
    stdin: stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    signal: around.signal ?? new AbortController().signal,
  };
  const code = await run(words, terminal);
  return { code, stdout: stdout.bytes, out: stdout.bytes.toString('utf8'), err: stderr.bytes.toString('utf8') };
}

/** A terminal that nobody looks at. */
export function quietTerminal(): Terminal {
  const { signal } = new AbortController();
  return { env: {}, stdin: Readable.from([]), stdout: new Sink(false), stderr: new Sink(false), signal };
}

/** A standard input that stays open. */
export function endless(): PassThrough {
  return new PassThrough();
}

class Sink extends Writable {
  readonly #pieces: Buffer[] = [];
  readonly columns = 80;

  constructor(readonly isTTY: boolean) {
    super();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(piece);
    done();
  }
}
