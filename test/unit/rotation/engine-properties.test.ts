import { describe, expect, it } from '@jest/globals';
import * as fc from '../../support/fast-check.js';
import { occurrences } from '../../../src/rotation/cron.js';
import type { Policy } from '../../../src/rotation/policy.js';
import { simulate } from '../../../src/rotation/simulate.js';
import { dueActions } from '../../../src/rotation/upcoming.js';
import { run, steps, type Done } from './engines.js';
import { DAY, governed, START } from './governed.js';
import { keys } from './keys.js';
import { policies } from './policies.js';

const HOUR = DAY / 24;
const RUNS = { numRuns: 100 };

/** A period by age or by the calendar ended after `since`, or enough was sealed. */
function mayRotate({ rotate = {} }: Policy, { at, before }: Done): boolean {
  const primary = before.versions[before.key.primaryVersion - 1];
  const since = primary?.createdAt.getTime() ?? 0;
  const { every = Infinity, cron, timeZone = 'UTC', afterMessages = Infinity, afterBytes = Infinity } = rotate;
  const [next = Infinity] = cron === undefined ? [] : occurrences(cron, since, timeZone, 1);
  const { messages = 0, bytes = 0 } = before.usage.get(before.key.primaryVersion) ?? {};
  return at >= since + every || at >= next || messages >= afterMessages || bytes >= afterBytes;
}

/** Of all destructions: no version that anybody used, or that was retired, less than the policy's time ago. */
function mayDestroy({ destroy }: Policy, { action, at, before }: Done): boolean {
  const version = before.versions[(action.version ?? 0) - 1];
  const used = before.usage.get(action.version ?? 0)?.lastUsedAt ?? 0;
  const kept = before.versions.filter(({ state }) => state !== 'destroyed').length - 1;
  return (
    version?.state === 'retired' &&
    kept >= (destroy?.keepVersions ?? Infinity) &&
    at - Math.max(version.changedAt.getTime(), used) >= (destroy?.after ?? Infinity)
  );
}

function mayRetire({ retire }: Policy, { action, at, before }: Done): boolean {
  const version = before.versions[(action.version ?? 0) - 1];
  const stopped = version?.changedAt.getTime() ?? Infinity;
  const used = before.usage.get(action.version ?? 0)?.lastUsedAt ?? 0;
  const isOld = at - stopped >= (retire?.after ?? Infinity);
  return version?.state === 'active' && (isOld || at - Math.max(stopped, used) >= (retire?.unused ?? Infinity));
}

describe('for any key, policy, use, and clock that jumps, two engines', () => {
  it('rotate once for one period, and never leave the key without a primary', () => {
    fc.assert(
      fc.property(keys, policies, steps, (start, policy, script) => {
        const { key, done } = run(start, policy, script, START, false);
        for (const one of done.filter(({ action }) => action.kind === 'rotate')) {
          expect(mayRotate(policy, one)).toBe(true);
        }
        for (const { key: then, versions } of [...done.map(({ before }) => before), key]) {
          expect(versions[then.primaryVersion - 1]?.state).toBe('active');
        }
      }),
      RUNS,
    );
  });

  it('rotate by use no version that is younger than an hour', () => {
    fc.assert(
      fc.property(keys, policies, steps, (start, policy, script) => {
        const { done } = run(start, policy, script, START, false);
        for (const { at, before } of done.filter(({ action }) => action.rule.startsWith('rotate.after'))) {
          const madeAt = before.versions[before.key.primaryVersion - 1]?.createdAt.getTime() ?? Infinity;
          expect(at - madeAt).toBeGreaterThanOrEqual(HOUR);
        }
      }),
      RUNS,
    );
  });

  it('retire and destroy no version earlier than the policy allows', () => {
    fc.assert(
      fc.property(keys, policies, steps, (start, policy, script) => {
        const { done } = run(start, policy, script, START, false);
        for (const one of done) {
          if (one.action.kind === 'retire') expect(mayRetire(policy, one)).toBe(true);
          if (one.action.kind === 'destroy') expect(mayDestroy(policy, one)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('come to the same end in whatever order they work, as one alone does', () => {
    fc.assert(
      fc.property(keys, policies, steps, (start, policy, script) => {
        const together = run(start, policy, script, START, false);
        const alone = run(start, policy, script, START, true);
        expect(together.key).toEqual(alone.key);
        expect(together.done.map(({ action, at }) => [action, at])).toEqual(
          alone.done.map(({ action, at }) => [action, at]),
        );
      }),
      RUNS,
    );
  });

  it('make up for whatever was missed with one rotation', () => {
    fc.assert(
      fc.property(keys, policies, fc.integer({ min: 0, max: 4000 }), (start, policy, days) => {
        const script = [
          { kind: 'time', ms: days * DAY },
          { kind: 'work', engines: [] },
        ] as const;
        const { key } = run(start, policy, script, START, false);
        expect(key.versions.length).toBeLessThanOrEqual(start.versions.length + 1);
      }),
      RUNS,
    );
  });
});

describe('a simulation', () => {
  it('foresees what the engine then does, where nobody uses the key', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 400 }), (policy, days) => {
        const until = START + days * DAY;
        const foreseen = [...simulate(governed(), policy, { now: START, until, recent: DAY })];
        let key = governed();
        const script = foreseen.map(({ at }) => at);
        const done = [];
        for (const moment of new Set([...script, until])) {
          const ran = run(key, policy, [{ kind: 'work', engines: [] }], moment, true);
          key = ran.key;
          done.push(...ran.done.filter(({ action }) => action.kind !== 'tell'));
        }
        expect(done.map(({ action: { kind, version }, at }) => [kind, version, at])).toEqual(
          foreseen.map(({ kind, version, at }) => [kind, version, at]),
        );
        expect(dueActions(key, policy, until)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('says which of the versions are still in use', () => {
    const usage = new Map([[1, { messages: 5, bytes: 0, lastUsedAt: START - DAY }]]);
    const policy = { rotate: { every: 30 * DAY }, retire: { after: 10 * DAY } };
    const period = { now: START, until: START + 45 * DAY, recent: 7 * DAY };
    expect([...simulate(governed({}, { usage }), policy, period)]).toEqual([
      { kind: 'rotate', rule: 'rotate.every', at: START + 30 * DAY },
      { kind: 'retire', rule: 'retire.after', version: 1, at: START + 40 * DAY, usedAt: START - DAY },
    ]);
  });
});
