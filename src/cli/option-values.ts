import { InvalidArgumentError } from 'commander';

/** `name=value`, given once for each pair. */
export function pair(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be name=value.');
  const name = text.slice(0, at);
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`'${name}' is given twice.`);
  return { ...before, [name]: text.slice(at + 1) };
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
}

/** Whole numbers, given one by one. */
export function wholes(min: number): (text: string, before?: readonly number[]) => readonly number[] {
  const one = whole(min);
  return (text, before = []) => [...before, one(text)];
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** A moment: ISO 8601, or how long ago (`90s`, `30m`, `2h`, `7d`, `1w`). */
export function moment(text: string): Date {
  const ago = /^(\d{1,9})([smhdw])$/.exec(text);
  const unit = UNIT_SECONDS[ago?.[2] ?? ''];
  const at = unit === undefined ? Date.parse(text) : Date.now() - Number(ago?.[1]) * unit * 1_000;
  if (!Number.isNaN(at)) return new Date(at);
  throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z, or how long ago, such as 2h or 7d.');
}
