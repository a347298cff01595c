import { Cron } from 'croner';

const crons = new Map<string, Cron>();
const REMEMBERED = 1000;

/**
 * The first moment after `at` that a cron expression of five fields names; undefined when there is none.
 * @throws whatever is wrong with the expression or the time zone
 */
export function nextOccurrence(expression: string, at: number, timeZone: string): number | undefined {
  const name = `${timeZone} ${expression}`;
  let cron = crons.get(name);
  if (!cron) {
    cron = new Cron(expression, { timezone: timeZone, mode: '5-part', paused: true });
    if (crons.size >= REMEMBERED) crons.clear();
    crons.set(name, cron);
  }
  return cron.nextRun(new Date(at))?.getTime();
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
