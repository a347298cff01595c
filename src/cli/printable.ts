/** Text of the service for a terminal: control characters, which could move the cursor or worse, become visible escapes. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Any value of an answer on one line. */
export function cell(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'string') return printable(isTimestamp(value) ? shortTime(value) : value);
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(cell).join(', ');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return '-';
  const pairs = Object.entries(value).map(
    ([name, inner]) => `${printable(name)}=${isMap(inner) ? `(${cell(inner)})` : cell(inner)}`,
  );
  return pairs.length === 0 ? '-' : pairs.join(' ');
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text);
}

/** `2026-01-31 12:00:00Z` */
function shortTime(text: string): string {
  return `${text.slice(0, 10)} ${text.slice(11, 19)}Z`;
}
