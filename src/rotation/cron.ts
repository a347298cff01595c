import { Cron } from 'croner';

interface Remembered {
  readonly cron: Cron;
  /** Between the two there is no moment. */
  from: number;
  next: number | undefined;
}

const crons = new Map<string, Remembered>();
const REMEMBERED = 1000;

/**
 * The first moment after `at` that a cron expression of five fields names; undefined when there is none.
 * @throws whatever is wrong with the expression or the time zone
 */
export function nextOccurrence(expression: string, at: number, timeZone: string): number | undefined {
  const known = rememberedOf(expression, timeZone);
  if (at < known.from || at >= (known.next ?? Infinity)) {
    known.next = known.cron.nextRun(new Date(at))?.getTime();
    known.from = at;
  }
  return known.next;
}

function rememberedOf(expression: string, timeZone: string): Remembered {
  const name = `${timeZone} ${expression}`;
  const known = crons.get(name);
  if (known) return known;
  const cron = new Cron(expression, { timezone: timeZone, mode: '5-part', paused: true });
  if (crons.size >= REMEMBERED) crons.clear();
  const made = { cron, from: Infinity, next: undefined };
  crons.set(name, made);
  return made;
}

/** So many moments after `at`. @throws like `nextOccurrence` */
export function occurrences(expression: string, at: number, timeZone: string, count: number): readonly number[] {
  const found: number[] = [];
  for (let last: number | undefined = at; found.length < count;) {
    last = nextOccurrence(expression, last, timeZone);
    if (last === undefined) break;
    found.push(last);
  }
  return found;
}
