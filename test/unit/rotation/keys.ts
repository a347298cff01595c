import * as fc from '../../support/fast-check.js';
import { VERSION_STATES } from '../../../src/keys/version-states.js';
import type { GovernedKey } from '../../../src/rotation/governed-key.js';
import { DAY, governed, START } from './governed.js';

const age = fc.integer({ min: 0, max: 1000 });

const versions = fc.array(
  fc.record({
    age,
    changed: fc.double({ min: 0, max: 1, noNaN: true }),
    state: fc.constantFrom(...VERSION_STATES),
    use: fc.option(fc.record({ ago: age, messages: fc.integer({ min: 0, max: 120 }) }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Keys with a past: versions of every state and age, used and unused, the last one primary. */
export const keys: fc.Arbitrary<GovernedKey> = fc
  .record({ versions, origin: fc.constantFrom('generated', 'generated', 'imported'), since: age })
  .map(({ versions: drawn, origin, since }) => {
    const oldest = drawn.toSorted((a, b) => b.age - a.age);
    const rows = oldest.map(({ age, changed, state }, index) => ({
      version: index + 1,
      state: index === oldest.length - 1 ? ('active' as const) : state,
      createdAt: new Date(START - age * DAY),
      changedAt: new Date(START - Math.floor(age * changed) * DAY),
    }));
    const usage = new Map(
      oldest.flatMap(({ age, use }, index) => {
        if (!use) return [];
        const { ago, messages } = use;
        return [
          [index + 1, { messages, bytes: messages * 100, lastUsedAt: START - Math.min(ago, age) * DAY }] as const,
        ];
      }),
    );
    const createdAt = rows[0]?.createdAt ?? new Date(START);
    return governed(
      { origin, createdAt, primaryVersion: rows.length },
      { versions: rows, usage, since: START - since * DAY },
    );
  });
