/** An operation's output as JSON values: bytes in base64, times in ISO 8601 (UTC), nothing for what is undefined. */
export function encodeAnswer(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(encodeAnswer);
  const encoded: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    if (name === '__proto__') Object.defineProperty(encoded, name, { value: encodeAnswer(field), enumerable: true });
    else encoded[name] = encodeAnswer(field);
  }
  return encoded;
}
