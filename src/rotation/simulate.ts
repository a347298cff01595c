import { applyAction } from './apply-action.js';
import type { DueAction } from './due-action.js';
import type { GovernedKey } from './governed-key.js';
import type { Policy } from './policy.js';
import { upcoming } from './upcoming.js';

/** One thing that a policy would do. */
export interface SimulatedAction extends Omit<DueAction, 'kind' | 'about'> {
  readonly kind: Exclude<DueAction['kind'], 'tell'>;
  /** When the version was used last, where it is retired or destroyed and was used in the days that were asked about. */
  readonly usedAt?: number;
}

export interface SimulatedPeriod {
  readonly now: number;
  readonly until: number;
  readonly recent: number;
}

/**
 * What a policy would do to a key until `until`, in the order of time: by the rules that the engine follows. Use stays as it is:
 * rotations by messages and bytes are foreseen only where they are due already. Each step is one thing done: whoever asks for the
 * next one decides whether it is worth the time.
 * @param recent a version that was used this shortly before `now` is still in use
 */
export function* simulate(
  governed: GovernedKey,
  { notify: _told, ...rules }: Policy,
  { now, until, recent }: SimulatedPeriod,
): Generator<SimulatedAction, void> {
  for (let [state, time] = [governed, now]; ;) {
    const [action] = upcoming(state, rules, time);
    if (!action || action.kind === 'tell' || action.at > until) return;
    time = Math.max(time, action.at);
    state = applyAction(state, action, time);
    const { kind, rule, version } = action;
    const usedAt = version === undefined ? undefined : governed.usage.get(version)?.lastUsedAt;
    const isInUse = usedAt !== undefined && usedAt > now - recent;
    yield { kind, rule, at: time, ...(version !== undefined && { version }), ...(isInUse && { usedAt }) };
  }
}
