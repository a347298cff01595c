const POWERS = ['K', 'M', 'G', 'T', 'P'];
const SIZE = /^(\d{1,16}) ?(?:([KMGTP])(i?)B|B)?$/i;

/** `1TiB`, `500MB`, `4096` → bytes; undefined for what is no size, or more than can be counted exactly. */
export function parseByteSize(text: string): number | undefined {
  const found = SIZE.exec(text);
  if (!found) return undefined;
  const power = POWERS.indexOf((found[2] ?? '').toUpperCase()) + 1;
  const bytes = Number(found[1]) * (found[3] ? 1024 : 1000) ** power;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
