import { describe, expect, it } from '@jest/globals';
import { isKmsError } from '../../../src/errors.js';
import { parseByteSize } from '../../../src/rotation/byte-size.js';
import { parseDuration, writeDuration } from '../../../src/rotation/duration.js';
import { parsePolicy } from '../../../src/rotation/parse-policy.js';
import { DAY } from './governed.js';

describe('durations and sizes', () => {
  it.each([
    ['90d', 90 * DAY],
    ['12h', DAY / 2],
    ['2w', 14 * DAY],
    ['90s', 90_000],
    ['P90D', 90 * DAY],
    ['P1Y2M', 425 * DAY],
    ['P1W', 7 * DAY],
    ['PT36H', 1.5 * DAY],
    ['P1DT30M', DAY + 1_800_000],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '90', 'd', '-1d', '1.5d', 'P', 'PT', 'P1DT', 'P-1D', '1d2h', ' 1d', '9999999999d'])(
    '%j is none',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  it('are written in the largest unit that fits', () => {
    expect([DAY * 90, DAY / 2, 90 * 60_000, 90_000].map(writeDuration)).toEqual(['90d', '12h', '90m', '90s']);
  });

  it.each([
    ['1TiB', 2 ** 40],
    ['1TB', 1e12],
    ['500 MB', 5e8],
    ['4096', 4096],
    ['8PiB', undefined],
    ['1.5GiB', undefined],
    ['TiB', undefined],
  ])('%s is %s bytes', (text, bytes) => expect(parseByteSize(text)).toBe(bytes));
});

describe('a policy', () => {
  it('is read whole', () => {
    const policy = parsePolicy({
      rotate: {
        every: '90d',
        cron: '0 3 1 * *',
        timeZone: 'Europe/Berlin',
        afterMessages: 1_000_000,
        afterBytes: '1TiB',
        window: { days: ['sat', 'sun'], from: '02:00', to: '05:00' },
        spread: '2h',
      },
      retire: { after: '400d', unused: '90d' },
      destroy: { after: '30d', keepVersions: 3 },
      expire: { at: '2040-01-01T00:00:00Z', after: 'P3650D' },
      unused: { after: '180d' },
      notify: { before: ['1d', '30d', '7d', '1d'] },
      revoke: { compromised: 'decrypt-only', campaign: true },
    });
    expect(policy).toEqual({
      rotate: {
        every: 90 * DAY,
        cron: '0 3 1 * *',
        timeZone: 'Europe/Berlin',
        afterMessages: 1_000_000,
        afterBytes: 2 ** 40,
        window: { days: ['sat', 'sun'], from: 120, to: 300 },
        spread: DAY / 12,
      },
      retire: { after: 400 * DAY, unused: 90 * DAY },
      destroy: { after: 30 * DAY, keepVersions: 3 },
      expire: { at: Date.UTC(2040, 0, 1), after: 3650 * DAY },
      unused: { after: 180 * DAY },
      notify: { before: [30 * DAY, 7 * DAY, DAY] },
      revoke: { compromised: 'decrypt-only', campaign: true },
    });
  });

  it('may say nothing, and then nothing is done', () => expect(parsePolicy({})).toEqual({}));

  it.each<[unknown, string]>([
    [null, 'policy: an object'],
    [[], 'policy: an object'],
    [{ rotation: {} }, 'policy: has no field "rotation"; it has rotate,'],
    [{ rotate: {} }, 'policy.rotate: give every, or cron, or afterMessages, or afterBytes'],
    [{ rotate: { spread: '2h' } }, 'policy.rotate: give every'],
    [{ rotate: { every: 90 } }, 'policy.rotate.every: a duration such as "90d"'],
    [{ rotate: { every: '90x' } }, 'policy.rotate.every: a duration such as "90d"'],
    [{ rotate: { every: '5m' } }, 'policy.rotate.every: from 1h to 100 years'],
    [{ rotate: { every: '40000d' } }, 'policy.rotate.every: from 1h to 100 years'],
    [{ rotate: { every: '1d', timeZone: 'UTC' } }, 'policy.rotate.timeZone: says nothing without'],
    [{ rotate: { cron: '0 3 1 * *', timeZone: 'Mars/North' } }, 'policy.rotate.timeZone: an IANA time zone'],
    [{ rotate: { cron: 'every day' } }, 'policy.rotate.cron: five fields'],
    [{ rotate: { cron: '0 0 3 1 * *' } }, 'policy.rotate.cron: five fields'],
    [{ rotate: { cron: '0 3 31 2 *' } }, 'policy.rotate.cron: names no moment that ever comes'],
    [{ rotate: { cron: '*/5 * * * *' } }, 'policy.rotate.cron: at most once an hour'],
    [{ rotate: { afterMessages: 0 } }, 'policy.rotate.afterMessages: a whole number from 1 on'],
    [{ rotate: { afterMessages: 1.5 } }, 'policy.rotate.afterMessages: a whole number from 1 on'],
    [{ rotate: { afterBytes: '1 house' } }, 'policy.rotate.afterBytes: a size such as "1TiB"'],
    [{ rotate: { every: '1d', window: { from: '2:00', to: '05:00' } } }, 'policy.rotate.window.from: a time of day'],
    [{ rotate: { every: '1d', window: { from: '02:00', to: '24:00' } } }, 'policy.rotate.window.to: a time of day'],
    [{ rotate: { every: '1d', window: { from: '02:00', to: '02:00' } } }, 'policy.rotate.window: from and to'],
    [
      { rotate: { every: '1d', window: { days: ['Sat'], from: '02:00', to: '03:00' } } },
      'policy.rotate.window.days: of',
    ],
    [
      { rotate: { every: '1d', window: { days: [], from: '02:00', to: '03:00' } } },
      'policy.rotate.window.days: a list',
    ],
    [{ retire: {} }, 'policy.retire: give after, or unused'],
    [{ destroy: { keepVersions: 2 } }, 'policy.destroy: give after'],
    [{ destroy: { after: '30d', keepVersions: 0 } }, 'policy.destroy.keepVersions: a whole number from 1 on'],
    [{ expire: { at: '2030-01-01' } }, 'policy.expire.at: a time in ISO 8601 with an offset'],
    [{ expire: { at: '2030-13-01T00:00:00Z' } }, 'policy.expire.at: a time in ISO 8601 with an offset'],
    [{ notify: { before: [] } }, 'policy.notify.before: a list of 1 to 10'],
    [{ notify: { before: ['1d', 'soon'] } }, 'policy.notify.before[1]: a duration'],
    [{ revoke: { compromised: 'allow' } }, 'policy.revoke.compromised: block or decrypt-only'],
    [{ revoke: {} }, 'policy.revoke: give compromised, or campaign'],
    [{ revoke: { campaign: 'yes' } }, 'policy.revoke.campaign: true or false'],
  ])('%j is refused with what is wrong', (document, message) => {
    let thrown: unknown;
    try {
      parsePolicy(document);
    } catch (error) {
      thrown = error;
    }
    expect(isKmsError(thrown, 'invalid-request') && thrown.detail).toContain(message);
  });
});
