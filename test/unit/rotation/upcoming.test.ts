import { describe, expect, it } from '@jest/globals';
import type { GovernedKey } from '../../../src/rotation/governed-key.js';
import { applyAction } from '../../../src/rotation/apply-action.js';
import { parsePolicy } from '../../../src/rotation/parse-policy.js';
import { dueActions, nextRotationAt, upcoming } from '../../../src/rotation/upcoming.js';
import { DAY, governed, START, used } from './governed.js';

const at = (iso: string): number => Date.parse(iso);
const rotationOf = (document: object, key: GovernedKey = governed(), now = START): string | undefined => {
  const moment = nextRotationAt(key, parsePolicy({ rotate: document }), now);
  return moment === undefined ? undefined : new Date(moment).toISOString();
};

describe('rotation', () => {
  it('is due as long after the primary version was made as the policy says', () => {
    expect(rotationOf({ every: '90d' })).toBe('2030-04-01T00:00:00.000Z');
    const policy = parsePolicy({ rotate: { every: '90d' } });
    expect(dueActions(governed(), policy, START + 90 * DAY - 1)).toEqual([]);
    expect(dueActions(governed(), policy, START + 90 * DAY)).toMatchObject([{ kind: 'rotate', rule: 'rotate.every' }]);
  });

  it('follows a cron expression in its time zone, also when the clocks change', () => {
    expect(rotationOf({ cron: '0 3 1 * *' })).toBe('2030-01-01T03:00:00.000Z');
    expect(rotationOf({ cron: '0 3 1 * *', timeZone: 'Europe/Berlin' })).toBe('2030-01-01T02:00:00.000Z');
    expect(rotationOf({ cron: '0 3 1 7 *', timeZone: 'Europe/Berlin' })).toBe('2030-07-01T01:00:00.000Z');
  });

  it('comes by whatever comes first', () => {
    expect(rotationOf({ every: '90d', cron: '0 0 1 2 *' })).toBe('2030-02-01T00:00:00.000Z');
    expect(rotationOf({ every: '10d', cron: '0 0 1 2 *' })).toBe('2030-01-11T00:00:00.000Z');
  });

  it('comes at once when so many messages or bytes were sealed, window or not', () => {
    const busy = governed({}, { usage: new Map([used(1, START, { messages: 1000, bytes: 2 ** 30 })]) });
    const window = { from: '02:00', to: '03:00' };
    const noon = START + DAY / 2;
    expect(rotationOf({ afterMessages: 1000, window }, busy, noon)).toBe('2030-01-01T12:00:00.000Z');
    expect(rotationOf({ afterMessages: 1001 }, busy, noon)).toBeUndefined();
    expect(rotationOf({ afterBytes: '1GiB' }, busy, noon)).toBe('2030-01-01T12:00:00.000Z');
    expect(rotationOf({ afterBytes: '2GiB', every: '1d' }, busy, noon)).toBe('2030-01-02T00:00:00.000Z');
  });

  it('comes by use when the version is an hour old, unless its time comes before', () => {
    const busy = governed({}, { usage: new Map([used(1, START, { messages: 1000 })]) });
    expect(rotationOf({ afterMessages: 1 }, busy, START)).toBe('2030-01-01T01:00:00.000Z');
    expect(rotationOf({ afterMessages: 1, cron: '30 * * * *' }, busy, START)).toBe('2030-01-01T00:30:00.000Z');
    expect(rotationOf({ afterMessages: 1, every: '2h' }, busy, START)).toBe('2030-01-01T01:00:00.000Z');
  });

  it('waits for the window, by the clocks of its time zone', () => {
    const window = { days: ['sat', 'sun'], from: '02:00', to: '05:00' };
    // 2030-01-11 is a Friday.
    expect(rotationOf({ every: '10d', window })).toBe('2030-01-12T02:00:00.000Z');
    expect(rotationOf({ every: '10d', window, timeZone: 'America/New_York' })).toBe('2030-01-12T07:00:00.000Z');
    expect(rotationOf({ every: '10d', window: { from: '22:00', to: '02:00' } })).toBe('2030-01-11T00:00:00.000Z');
    expect(rotationOf({ every: '10d', window: { days: ['fri'], from: '22:00', to: '02:00' } })).toBe(
      '2030-01-11T22:00:00.000Z',
    );
  });

  it('that was missed comes once, and in the next window', () => {
    const window = { days: ['sat', 'sun'], from: '02:00', to: '05:00' };
    const wednesday = at('2030-01-30T12:00:00Z');
    expect(rotationOf({ every: '10d', window }, governed(), wednesday)).toBe('2030-02-02T02:00:00.000Z');
    const late = START + 1000 * DAY;
    const rotated = governed(
      { primaryVersion: 2 },
      {
        versions: [
          { version: 1, state: 'active', createdAt: new Date(START), changedAt: new Date(late) },
          { version: 2, state: 'active', createdAt: new Date(late), changedAt: new Date(late) },
        ],
      },
    );
    expect(dueActions(rotated, parsePolicy({ rotate: { every: '10d', cron: '0 0 * * *' } }), late)).toEqual([]);
  });

  it('is spread: the same for one version of one key, another for others, within the spread', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `key-${index}`);
    const moments = ids.map((id) => at(rotationOf({ every: '10d', spread: '2h' }, governed({ id })) ?? ''));
    expect(new Set(moments).size).toBe(100);
    for (const moment of moments) {
      expect(moment).toBeGreaterThanOrEqual(START + 10 * DAY);
      expect(moment).toBeLessThan(START + 10 * DAY + DAY / 12);
    }
    expect(rotationOf({ every: '10d', spread: '2h' })).toBe(rotationOf({ every: '10d', spread: '2h' }));
  });

  it('is not for imported material, nor for a key that is not in use', () => {
    expect(rotationOf({ every: '1d' }, governed({ origin: 'imported' }))).toBeUndefined();
    for (const state of ['disabled', 'pending-import', 'pending-destruction', 'destroyed'] as const) {
      expect(rotationOf({ every: '1d' }, governed({ state }))).toBeUndefined();
    }
    const opens = new Date(START + 20 * DAY);
    expect(rotationOf({ every: '1d' }, governed({ state: 'pre-active', notBefore: opens }))).toBe(opens.toISOString());
  });
});

/** Version 1 stopped being primary after 10 days. */
const rotated = (state: 'active' | 'retired' | 'disabled' | 'revoked', usage = new Map()): GovernedKey =>
  governed(
    { primaryVersion: 2 },
    {
      versions: [
        { version: 1, state, createdAt: new Date(START), changedAt: new Date(START + 10 * DAY) },
        { version: 2, state: 'active', createdAt: new Date(START + 10 * DAY), changedAt: new Date(START + 10 * DAY) },
      ],
      usage,
    },
  );

describe('retiring', () => {
  it('comes so long after the version stopped being primary', () => {
    const policy = parsePolicy({ retire: { after: '400d' } });
    expect(upcoming(rotated('active'), policy, START)).toEqual([
      { kind: 'retire', rule: 'retire.after', version: 1, at: START + 410 * DAY },
    ]);
    expect(upcoming(rotated('disabled'), policy, START)).toEqual([]);
    expect(upcoming(governed(), policy, START + 9999 * DAY)).toEqual([]);
  });

  it('or when it was unused for so long, counted from when anybody counted', () => {
    const policy = parsePolicy({ retire: { unused: '90d' } });
    const usage = new Map([used(1, START + 50 * DAY)]);
    expect(upcoming(rotated('active', usage), policy, START)).toMatchObject([
      { rule: 'retire.unused', at: START + 140 * DAY },
    ]);
    const counted = { ...rotated('active'), since: START + 60 * DAY };
    expect(upcoming(counted, policy, START)).toMatchObject([{ at: START + 150 * DAY }]);
  });
});

describe('destroying', () => {
  it('comes so long after the version was retired, and after anybody last tried to use it', () => {
    const policy = parsePolicy({ destroy: { after: '30d' } });
    expect(upcoming(rotated('retired'), policy, START)).toEqual([
      { kind: 'destroy', rule: 'destroy.after', version: 1, at: START + 40 * DAY },
    ]);
    const usage = new Map([used(1, START + 35 * DAY)]);
    expect(upcoming(rotated('retired', usage), policy, START)).toMatchObject([{ at: START + 65 * DAY }]);
  });

  it('is for retired versions alone, and leaves as many as shall be kept', () => {
    for (const state of ['active', 'disabled', 'revoked'] as const) {
      expect(upcoming(rotated(state), parsePolicy({ destroy: { after: '1d' } }), START)).toEqual([]);
    }
    const policy = parsePolicy({ destroy: { after: '1d', keepVersions: 2 } });
    expect(upcoming(rotated('retired'), policy, START)).toEqual([]);
  });
});

describe('the end of a key', () => {
  it('comes at a date, or so long after it was made', () => {
    const policy = parsePolicy({ expire: { at: '2030-02-01T00:00:00Z', after: '10d' } });
    expect(upcoming(governed(), policy, START)).toEqual([
      { kind: 'disable', rule: 'expire.after', at: START + 10 * DAY },
    ]);
    expect(upcoming(governed({ state: 'disabled' }), policy, START + 20 * DAY)).toEqual([]);
  });

  it('comes when nobody used it for so long; enabling it counts as use', () => {
    const policy = parsePolicy({ unused: { after: '180d' } });
    expect(upcoming(governed(), policy, START)).toMatchObject([{ rule: 'unused.after', at: START + 180 * DAY }]);
    const usage = new Map([used(1, START + 5 * DAY)]);
    expect(upcoming(governed({}, { usage }), policy, START)).toMatchObject([{ at: START + 185 * DAY }]);
    const enabledAt = new Date(START + 200 * DAY);
    expect(upcoming(governed({ enabledAt }, { usage }), policy, START)).toMatchObject([{ at: START + 380 * DAY }]);
  });
});

describe('notices', () => {
  const policy = parsePolicy({ expire: { at: '2030-04-01T00:00:00Z' }, notify: { before: ['30d', '7d', '1d'] } });
  const notices = (key: GovernedKey, now: number) => dueActions(key, policy, now).filter(({ kind }) => kind === 'tell');

  it('come each once; of several that were missed, the last', () => {
    const end = at('2030-04-01T00:00:00Z');
    expect(notices(governed(), end - 31 * DAY)).toEqual([]);
    expect(notices(governed(), end - 30 * DAY)).toEqual([
      { kind: 'tell', rule: 'notify.before', at: end - 30 * DAY, about: end },
    ]);
    expect(notices(governed({}, { toldThrough: end - 30 * DAY }), end - 29 * DAY)).toEqual([]);
    expect(notices(governed(), end - DAY / 2)).toMatchObject([{ at: end - DAY }]);
  });

  it('tell of the retirement of a version, if it is still being used', () => {
    const retiring = parsePolicy({ retire: { after: '100d' }, notify: { before: ['30d', '1d'] } });
    const versions = [
      { version: 1, state: 'active', createdAt: new Date(START), changedAt: new Date(START + DAY) },
      { version: 2, state: 'active', createdAt: new Date(START + DAY), changedAt: new Date(START + DAY) },
    ] as const;
    const retiredAt = START + 101 * DAY;
    const of = (lastUsedAt: number, toldThrough = START) =>
      governed({ primaryVersion: 2 }, { versions, usage: new Map([used(1, lastUsedAt)]), toldThrough });
    const told = (key: GovernedKey, now: number) =>
      dueActions(key, retiring, now).filter(({ kind }) => kind === 'tell');
    expect(told(of(START), retiredAt - 30 * DAY)).toEqual([]);
    expect(told(of(retiredAt - 70 * DAY), retiredAt - 30 * DAY)).toEqual([]);
    const lead = { kind: 'tell', rule: 'notify.retirement', version: 1, about: retiredAt };
    expect(told(of(retiredAt - 40 * DAY), retiredAt - 30 * DAY)).toEqual([{ ...lead, at: retiredAt - 30 * DAY }]);
    expect(told(of(retiredAt - DAY), retiredAt)).toEqual([{ ...lead, at: retiredAt - DAY }]);
    expect(told(of(retiredAt - DAY, retiredAt - DAY), retiredAt)).toEqual([]);
  });

  it('of different things are told apart, the earlier one first', () => {
    const both = parsePolicy({
      rotate: { every: '10d' },
      expire: { after: '60d' },
      notify: { before: ['30d'] },
    });
    const told: string[] = [];
    let key = governed({ origin: 'imported' });
    for (;;) {
      const action = dueActions(key, both, START + 40 * DAY).find(({ kind }) => kind === 'tell');
      if (!action) break;
      told.push(action.rule);
      key = applyAction(key, action, START + 40 * DAY);
    }
    expect(told).toEqual(['notify.overdue', 'notify.before']);
  });

  it('tell of a rotation that nobody made', () => {
    const overdue = parsePolicy({ rotate: { every: '10d' }, notify: { before: ['1d'] } });
    const imported = governed({ origin: 'imported' });
    expect(dueActions(imported, overdue, START + 11 * DAY - 1)).toEqual([]);
    expect(dueActions(imported, overdue, START + 11 * DAY)).toEqual([
      { kind: 'tell', rule: 'notify.overdue', at: START + 11 * DAY, about: START + 10 * DAY },
    ]);
  });
});
