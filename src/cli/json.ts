/** An answer as JSON text, indented, with bytes in base64. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(withoutBytes(value), null, 2)}\n`;
}

function withoutBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutBytes(inner)]));
}
