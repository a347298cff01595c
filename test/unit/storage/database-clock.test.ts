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
