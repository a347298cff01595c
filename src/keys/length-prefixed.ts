/** Joins byte strings so that no two different lists give the same bytes: u32 big-endian length before each. */
export function lengthPrefixed(parts: readonly (Buffer | string)[]): Buffer {
  let total = 0;
  for (const part of parts) total += 4 + (typeof part === 'string' ? Buffer.byteLength(part) : part.length);
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const part of parts) {
    const length = typeof part === 'string' ? out.write(part, at + 4) : part.copy(out, at + 4);
    out.writeUInt32BE(length, at);
    at += 4 + length;
  }
  return out;
}
