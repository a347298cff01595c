import { cell } from './printable.js';

export type Column<T> = readonly [title: string, value: (item: T) => unknown];

const GAP = '  ';
const NARROWEST = 8;

/**
 * @param width of the terminal; longer cells are cut with `…`. undefined (a pipe): nothing is cut
 * @returns lines, each ended
 */
export function table<T>(columns: readonly Column<T>[], items: readonly T[], width: number | undefined): string {
  const rows = [columns.map(([title]) => title), ...items.map((item) => columns.map(([, value]) => cell(value(item))))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  fit(widths, (width ?? Infinity) - GAP.length * (columns.length - 1));
  return rows
    .map(
      (row) =>
        `${row
          .map((text, i) => pad(text, widths[i] ?? 0))
          .join(GAP)
          .trimEnd()}\n`,
    )
    .join('');
}

/** One thing, a field a line: `name  value`. */
export function fields(thing: object): string {
  const entries = Object.entries(thing).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}\n`).join('');
}

/** Takes from the widest until all fit. */
function fit(widths: number[], room: number): void {
  for (;;) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths.reduce((a, b) => a + b, 0) <= room || (widths[widest] ?? 0) <= NARROWEST) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function pad(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
