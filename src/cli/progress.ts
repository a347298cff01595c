import type { Terminal } from './terminal.js';

const BAR_WIDTH = 30;
const REDRAW_MS = 100;

/** Passes bytes on and draws a bar on standard error as they go, if that is a terminal. */
export async function* withProgress(
  pieces: AsyncIterable<Buffer>,
  bytes: number | undefined,
  label: string,
  stderr: Terminal['stderr'],
): AsyncGenerator<Buffer, void> {
  const line = (done: number, seconds: number) => progressLine(label, done, bytes, seconds);
  yield* watched(pieces, (piece) => piece.length, line, stderr);
}

/** Passes things on and draws a bar of how many there were. */
export async function* withCount<T>(
  things: AsyncIterable<T>,
  total: number | undefined,
  label: string,
  stderr: Terminal['stderr'],
): AsyncGenerator<T, void> {
  const line = (done: number, seconds: number) => countLine(label, done, total, seconds);
  yield* watched(things, () => 1, line, stderr);
}

async function* watched<T>(
  pieces: AsyncIterable<T>,
  weigh: (piece: T) => number,
  lineOf: (done: number, seconds: number) => string,
  stderr: Terminal['stderr'],
): AsyncGenerator<T, void> {
  if (stderr.isTTY !== true) {
    yield* pieces;
    return;
  }
  const started = performance.now();
  let done = 0;
  let drawn = -Infinity;
  const draw = (now: number): void => {
    const line = lineOf(done, (now - started) / 1_000);
    stderr.write(`\r${line.slice(0, (stderr.columns ?? 80) - 1)}\u001b[K`);
    drawn = now;
  };
  try {
    for await (const piece of pieces) {
      done += weigh(piece);
      const now = performance.now();
      if (now - drawn >= REDRAW_MS) draw(now);
      yield piece;
    }
  } finally {
    draw(performance.now());
    stderr.write('\n');
  }
}

/** `encrypting  [#######-------]  42%  430.1 MiB of 1.0 GiB  512.0 MiB/s` */
export function progressLine(label: string, done: number, total: number | undefined, seconds: number): string {
  const rate = seconds > 0 ? `${size(done / seconds)}/s` : '';
  if (total === undefined) return `${label}  ${size(done)}  ${rate}`;
  return `${label}  ${bar(done, total)}  ${size(done)} of ${size(total)}  ${rate}`;
}

/** `verifying  [#######-------]  42%  420,000 of 1,000,000  125,000/s` */
export function countLine(label: string, done: number, total: number | undefined, seconds: number): string {
  const rate = seconds > 0 ? `${Math.round(done / seconds).toLocaleString('en')}/s` : '';
  if (total === undefined) return `${label}  ${done.toLocaleString('en')}  ${rate}`;
  return `${label}  ${bar(done, total)}  ${done.toLocaleString('en')} of ${total.toLocaleString('en')}  ${rate}`;
}

function bar(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * BAR_WIDTH);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]  ${percent}%`;
}

/** Bytes for people: `430.1 MiB`. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${Math.round(bytes)} B` : `${(bytes / 2 ** (10 * power)).toFixed(1)} ${units[power]}`;
}
