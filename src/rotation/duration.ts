const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

const SHORT = /^(\d{1,9})([smhdw])$/;
/** ISO 8601-1 section 5.5.2, whole numbers only. */
const ISO =
  /^P(?=.)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;
/** A year is 365 days and a month 30: a period of time, not a date. */
const ISO_MS = [365 * DAY, 30 * DAY, 7 * DAY, DAY, HOUR, MINUTE, SECOND];

/** `90d`, `12h`, `P90D`, `PT12H` → milliseconds; undefined for what is no duration. */
export function parseDuration(text: string): number | undefined {
  const short = SHORT.exec(text);
  if (short) return Number(short[1]) * (UNIT_MS[short[2] ?? ''] ?? 0);
  const iso = ISO.exec(text);
  return iso?.slice(1).reduce((sum, part, index) => sum + Number(part ?? 0) * (ISO_MS[index] ?? 0), 0);
}

/** For people: the largest unit that it is a whole number of. */
export function writeDuration(ms: number): string {
  const [unit, size] = Object.entries({ d: DAY, h: HOUR, m: MINUTE }).find(([, size]) => ms % size === 0) ?? [
    's',
    SECOND,
  ];
  return `${Math.round(ms / size)}${unit}`;
}
