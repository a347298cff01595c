import * as fc from '../../support/fast-check.js';
import { parsePolicy } from '../../../src/rotation/parse-policy.js';
import type { Policy } from '../../../src/rotation/policy.js';

const days = (most: number) => fc.integer({ min: 1, max: most }).map((count) => `${count}d`);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const windows = fc.constantFrom(
  { days: ['sat', 'sun'], from: '02:00', to: '05:00' },
  { from: '22:30', to: '01:15' },
  { days: ['mon', 'wed'], from: '00:00', to: '23:59' },
);

const rotate = fc
  .record({
    every: optional(days(200)),
    cron: optional(fc.constantFrom('0 3 1 * *', '30 2 * * sun', '0 */6 * * *', '15 4 29 2 *')),
    afterMessages: optional(fc.integer({ min: 1, max: 100 })),
    afterBytes: optional(fc.constantFrom('1kB', '4KiB', '10kB')),
    window: optional(windows),
    spread: optional(fc.constantFrom('1m', '2h', '3d')),
  })
  .filter(({ every, cron, afterMessages, afterBytes }) =>
    [every, cron, afterMessages, afterBytes].some((rule) => rule !== undefined),
  )
  .chain((rules) =>
    rules.cron === undefined && rules.window === undefined
      ? fc.constant(rules)
      : fc
          .constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata')
          .map((timeZone) => ({ ...rules, timeZone })),
  );

const retire = fc
  .record({ after: optional(days(400)), unused: optional(days(100)) })
  .filter(({ after, unused }) => after !== undefined || unused !== undefined);

/** Policies of every shape, as the parser reads them. */
export const policies: fc.Arbitrary<Policy> = fc
  .record({
    rotate: optional(rotate),
    retire: optional(retire),
    destroy: optional(fc.record({ after: days(60), keepVersions: fc.integer({ min: 1, max: 4 }) })),
    expire: optional(fc.oneof(fc.record({ after: days(2000) }), fc.constant({ at: '2031-06-01T00:00:00Z' }))),
    unused: optional(fc.record({ after: days(500) })),
    notify: optional(fc.constant({ before: ['30d', '7d', '1d'] })),
  })
  .map((document) => parsePolicy(JSON.parse(JSON.stringify(document))));
