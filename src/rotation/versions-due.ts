import type { DueAction, RuleName } from './due-action.js';
import { lastUseOf, type GovernedKey } from './governed-key.js';
import type { DestroyRule, RetireRules } from './policy.js';

/** Versions that are not primary any more and still decrypt. */
export function retirementsDue(governed: GovernedKey, rules: RetireRules): readonly DueAction[] {
  const { key, versions } = governed;
  const former = versions.filter(({ version, state }) => state === 'active' && version !== key.primaryVersion);
  return former.map(({ version, changedAt }) => {
    const stopped = changedAt.getTime();
    const byAge = stopped + (rules.after ?? Infinity);
    const byRest = Math.max(stopped, lastUseOf(governed, version)) + (rules.unused ?? Infinity);
    const rule: RuleName = byAge <= byRest ? 'retire.after' : 'retire.unused';
    return { kind: 'retire', rule, version, at: Math.min(byAge, byRest) };
  });
}

/** Retired versions that nobody tries to use, but for the newest that shall be kept whatever happens. */
export function destructionsDue(governed: GovernedKey, rule: DestroyRule): readonly DueAction[] {
  const withMaterial = governed.versions.filter(({ state }) => state !== 'destroyed');
  const spare = withMaterial.slice(0, Math.max(0, withMaterial.length - rule.keepVersions));
  return spare
    .filter(({ state, version }) => state === 'retired' && version !== governed.key.primaryVersion)
    .map(({ version, changedAt }) => {
      const idleSince = Math.max(changedAt.getTime(), lastUseOf(governed, version));
      return { kind: 'destroy', rule: 'destroy.after', version, at: idleSince + rule.after };
    });
}
