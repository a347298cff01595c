/** Tokens of callers and of imports: somebody puts one into a path some day. */
const TOKEN = /k[si]t_[0-9A-Za-z]{4,}_[0-9A-Za-z]+/g;

/**
 * The same facts in text that every store and every reader of JSON can hold: what is no character (NUL, half a surrogate
 * pair) becomes U+FFFD, and tokens are left out. Callers choose the names of contexts and of fields that do not exist, and these are on record.
 */
export function storable<T>(value: T): T;
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return cleaned(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(storable);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [cleaned(name), storable(field)]));
}

function cleaned(text: string): string {
  const well = text.includes('\0') || !text.isWellFormed() ? text.toWellFormed().replaceAll('\0', '\uFFFD') : text;
  return well.includes('t_') ? well.replace(TOKEN, '[token]') : well;
}
