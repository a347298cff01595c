import { afterEach, expect, it, jest } from '@jest/globals';
import { DatabaseClock } from '../../../src/storage/database-clock.js';

const AT = Date.UTC(2031, 4, 6);
const HOUR = 3_600_000;

afterEach(() => void jest.restoreAllMocks());

it('shows the time of the database, whatever the clock of the node is set to', async () => {
  jest.spyOn(performance, 'now').mockReturnValue(5000);
  const clock = new DatabaseClock({ query: async <T>() => [{ now: new Date(AT) }] as T });
  await clock.start();
  clock.stop();
  expect(clock.now()).toBe(AT);
  jest.spyOn(Date, 'now').mockReturnValue(AT + 7 * HOUR);
  expect(clock.now()).toBe(AT);
  jest.spyOn(performance, 'now').mockReturnValue(5000 + HOUR);
  expect(clock.now()).toBe(AT + HOUR);
});

it('goes by the quickest of several answers', async () => {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const takes = [900, 10, 400];
  // The database looked at its clock late: at the end of what the answer took.
  const query = async <T>() => [{ now: new Date(AT + (now += takes.shift() ?? 0)) }] as T;
  const clock = new DatabaseClock({ query });
  await clock.start();
  clock.stop();
  expect(clock.now()).toBe(AT + now + 5);
});
