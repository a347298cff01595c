/** One JSON log line → one readable line, for a terminal. */
export function writeForPeople(line: string): void {
  const { time, level, message, ...rest }: Record<string, unknown> = JSON.parse(line);
  const { host: _host, pid: _pid, context: _context, ...fields } = rest;
  const more = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
  process.stderr.write(`${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${String(message)}${more}\n`);
}
