import * as fc from '../../support/fast-check.js';
import { applyAction } from '../../../src/rotation/apply-action.js';
import { isSameAction, type DueAction } from '../../../src/rotation/due-action.js';
import type { GovernedKey, VersionUsage } from '../../../src/rotation/governed-key.js';
import type { Policy } from '../../../src/rotation/policy.js';
import { dueActions } from '../../../src/rotation/upcoming.js';
import { DAY } from './governed.js';

/** What was done, when, to what it was done. */
export interface Done {
  readonly action: DueAction;
  readonly at: number;
  readonly before: GovernedKey;
}

export type Step =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'use'; readonly version: number; readonly messages: number }
  | { readonly kind: 'work'; readonly engines: readonly (0 | 1)[] };

/** Time that jumps, also back; use of some version; two engines at work in some order. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: -3 * DAY, max: 120 * DAY }) }),
    fc.record({
      kind: fc.constant('use' as const),
      version: fc.integer({ min: 1, max: 12 }),
      messages: fc.integer({ min: 1, max: 60 }),
    }),
    fc.record({
      kind: fc.constant('work' as const),
      engines: fc.array(fc.constantFrom(0 as const, 1 as const), { maxLength: 12 }),
    }),
  ),
  { maxLength: 30 },
);

/**
 * Two engines on one key. Each looks, and in its next turn does what it had in mind, if that is still the next thing to do
 * on the key as it is then: as the service does in its transaction.
 */
export function run(start: GovernedKey, policy: Policy, script: readonly Step[], from: number, alone: boolean) {
  let key = start;
  let now = from;
  const done: Done[] = [];
  const inMind: [DueAction | undefined, DueAction | undefined] = [undefined, undefined];
  const act = (engine: 0 | 1) => {
    const [first] = dueActions(key, policy, now);
    const meant = alone ? first : inMind[engine];
    inMind[engine] = meant ? undefined : first;
    if (!meant || !isSameAction(first, meant)) return;
    done.push({ action: first ?? meant, at: now, before: key });
    key = applyAction(key, meant, now);
  };
  const finish = () => {
    for (let turns = 0; dueActions(key, policy, now).length > 0; turns++) {
      if (turns > 200) throw new Error('the engines find no end');
      act(turns % 2 === 0 ? 0 : 1);
    }
  };
  for (const step of script) {
    if (step.kind === 'time') now += step.ms;
    if (step.kind === 'use') key = use(key, step.version, step.messages, now);
    if (step.kind === 'work') {
      if (!alone) step.engines.forEach(act);
      finish();
    }
  }
  return { key, done };
}

function use(key: GovernedKey, number: number, messages: number, now: number): GovernedKey {
  if (number > key.versions.length) return key;
  const before: VersionUsage | undefined = key.usage.get(number);
  const usage = {
    messages: (before?.messages ?? 0) + messages,
    bytes: (before?.bytes ?? 0) + messages * 100,
    lastUsedAt: Math.max(now, before?.lastUsedAt ?? 0),
  };
  return { ...key, usage: new Map([...key.usage, [number, usage]]) };
}
