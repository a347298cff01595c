export type Cells = readonly string[];

/** Markdown; numbers stand at the right. */
export function table(head: Cells, rows: readonly Cells[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number) => column === 0 || head[column] === 'target';
  const line = (cells: Cells) =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, isText(column))).join(' | ')} |`;
  const rule = widths.map((width, column) => (isText(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map((row) => line(row))].join('\n');
}

function pad(text: string, width: number, toTheRight: boolean): string {
  return toTheRight ? text.padEnd(width) : text.padStart(width);
}
