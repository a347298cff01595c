import { nextOccurrence } from './cron.js';

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Day = (typeof DAYS)[number];

/** When work may be done. One that ends before it begins goes over midnight, and belongs to the day on which it begins. */
export interface Window {
  readonly days: readonly Day[];
  /** Minutes since midnight. */
  readonly from: number;
  readonly to: number;
}

const DAY_MINUTES = 24 * 60;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** The first moment, from `at` on, at which the window is open. */
export function whenOpen(window: Window, at: number, timeZone: string): number {
  return isOpen(window, at, timeZone) ? at : (nextOccurrence(openings(window), at, timeZone) ?? at);
}

export function isOpen({ days, from, to }: Window, at: number, timeZone: string): boolean {
  const { day, minute } = localTime(at, timeZone);
  const before = DAYS[(DAYS.indexOf(day) + 6) % 7] ?? day;
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (days.includes(before) && minute < to);
}

export function windowMinutes({ from, to }: Window): number {
  return (to - from + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
}

function openings({ days, from }: Window): string {
  return `${from % 60} ${Math.floor(from / 60)} * * ${days.join(',')}`;
}

function localTime(at: number, timeZone: string): { readonly day: Day; readonly minute: number } {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    clocks.set(timeZone, clock);
  }
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = DAYS.find((name) => name === parts['weekday']?.toLowerCase()) ?? 'sun';
  return { day, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
}
